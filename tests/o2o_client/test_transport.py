"""The deadline holds whatever the other side does, and a connection that was closed is opened again."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from o2o_client.transport import Address, Transport

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a": 123}'


@contextmanager
def _server(serve: Callable[[socket.socket], None]) -> Iterator[Address]:
    """A listener that treats each connection as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                found, _ = listener.accept()
            except OSError:
                return
            opened.append(found)
            serving.append(threading.Thread(target=_served, args=[serve, found], daemon=True))
            serving[-1].start()

    serving: list[threading.Thread] = []
    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield Address(f"http://127.0.0.1:{listener.getsockname()[1]}", "key")
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for found in opened:
        with suppress(OSError):  # it has closed itself
            found.shutdown(socket.SHUT_RDWR)
    for one in serving:
        one.join()


def _served(serve: Callable[[socket.socket], None], found: socket.socket) -> None:
    with found, suppress(OSError):  # the client goes when it has waited long enough
        serve(found)


def _silent(found: socket.socket) -> None:
    found.recv(65536)


def _dripping(found: socket.socket) -> None:
    """A byte every 20 ms: each of them would start a socket's own timeout anew."""
    found.recv(65536)
    for byte in ANSWER * 10:
        found.sendall(bytes([byte]))
        time.sleep(0.02)


def _answering(found: socket.socket) -> None:
    while found.recv(65536):
        found.sendall(ANSWER)


def _once(found: socket.socket) -> None:
    found.recv(65536)
    found.sendall(ANSWER)


def _closing(found: socket.socket) -> None:
    """Says that it closes, and does."""
    found.recv(65536)
    found.sendall(ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


def _saying(words: bytes) -> Callable[[socket.socket], None]:
    def serve(found: socket.socket) -> None:
        found.recv(65536)
        found.sendall(words)

    return serve


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "


@pytest.mark.parametrize(
    "words",
    [HEAD + b"10\r\n\r\n", HEAD + b'10\r\n\r\n{"a": 1', HEAD + b'20\r\n\r\n{"a": 123}', HEAD + b"0\r\n\r\n",
     HEAD + b"2\r\n\r\n[]", HEAD + b"21\r\n\r\n<html>Welcome!</html>"],
)  # fmt: skip
def test_what_is_no_whole_document_is_no_answer(words: bytes) -> None:
    """A gateway that dies between the head and the body has said nothing; neither has a network that wants a
    password first.
    """
    with _server(_saying(words)) as address:
        assert Transport(address, budget_s=5).send("POST", "/", {}) is None


@pytest.mark.parametrize("serve", [_silent, _dripping])
def test_nobody_waits_longer_than_the_budget(serve: Callable[[socket.socket], None]) -> None:
    """No answer in time is no answer, and the next question is not even asked for a while."""
    with _server(serve) as address:
        transport = Transport(address, budget_s=0.2)
        began_s = time.monotonic()
        assert transport.send("POST", "/v1/offers/query", {}) is None
        assert time.monotonic() - began_s < 2.0  # a loaded machine's scheduler, not ours
        assert transport.is_quiet
        transport.close()


def test_a_network_that_is_not_there_is_no_answer() -> None:
    """Nobody listens: at once, without an exception."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert Transport(Address(f"http://127.0.0.1:{port}", "key")).send("GET", "/", None) is None


@pytest.mark.parametrize("serve", [_answering, _once, _closing])
def test_a_kept_connection_is_used_and_replaced(serve: Callable[[socket.socket], None]) -> None:
    """What the gateway closed between two questions is opened again within the second one's budget."""
    with _server(serve) as address:
        transport = Transport(address, budget_s=5)
        for _ in range(3):
            answer = transport.send("POST", "/", {})
            assert answer is not None
            assert (answer.status, answer.body) == (200, {"a": 123})
        transport.close()
