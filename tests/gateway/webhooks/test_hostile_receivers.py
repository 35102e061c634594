"""Receivers that mean no good, or are broken: they cost a bounded time and only their own messages."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.access.security import Scope
from gateway.webhooks import kinds, posting, sending, targets
from gateway.webhooks.posting import NotDeliveredError
from gateway.webhooks.targets import Target
from gateway.wiring import Services
from tests.gateway.conftest import Caller, Clock
from tests.gateway.webhooks.conftest import Receiver
from tests.gateway.webhooks.test_webhooks import ANNA, BEN, HERE, tell_of

Conduct = Callable[[ssl.SSLSocket], None]


@contextmanager
def _listening(certificate: Path, conduct: Conduct | None) -> Iterator[Target]:
    """A receiver that does what `conduct` does once TLS is up; without one it never gets that far."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            plain, _ = server.accept()
            with plain, suppress(OSError):
                if conduct is None:
                    plain.recv(1 << 20)
                    time.sleep(3)
                    return
                with context.wrap_socket(plain, server_side=True) as secure:
                    secure.recv(1 << 16)
                    conduct(secure)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Target("127.0.0.1", server.getsockname()[1], "/", "127.0.0.1")
        thread.join()


def _dribbles(secure: ssl.SSLSocket) -> None:
    for sign in b"HTTP/1.1 200 OK\r\n":
        secure.send(bytes([sign]))
        time.sleep(0.2)


def _goes_on(secure: ssl.SSLSocket) -> None:
    while True:
        secure.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


@pytest.mark.parametrize("conduct", [_dribbles, _goes_on, None])
def test_nobody_keeps_the_sender_for_long(
    receiver: Receiver, tmp_path: Path, conduct: Conduct | None
) -> None:
    """A byte now and then, interim answers without end, a handshake that never comes."""
    with _listening(tmp_path / "receiver.pem", conduct) as target:
        started = time.monotonic()
        with pytest.raises(NotDeliveredError):
            posting.post(target, b"{}", {}, in_all_s=1.0)
        assert time.monotonic() - started < 3


def test_a_giant_answer_is_not_read(receiver: Receiver, tmp_path: Path) -> None:
    """The status is all that counts; what follows is left on the line."""

    def floods(secure: ssl.SSLSocket) -> None:
        secure.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")
        for _ in range(10_000):
            secure.send(b"x" * 65_536)

    with _listening(tmp_path / "receiver.pem", floods) as target:
        assert posting.post(target, b"{}", {}) == 200


def test_a_name_that_moves_inside_gains_nothing(receiver: Receiver) -> None:
    """The connection goes to the address that was checked, not to what the name leads to by now."""
    port = urlsplit(receiver.url).port
    checked = targets.resolve(receiver.url, allowed=HERE)
    moved = Target("127.0.0.1", port or 0, "/", "127.0.0.2")
    assert checked.address == "127.0.0.1"
    with pytest.raises(NotDeliveredError):
        posting.post(moved, b"{}", {}, in_all_s=5.0)
    assert receiver.came == []


def test_an_address_that_does_not_answer_is_left_alone_for_a_while(
    call: Callable[..., Caller], services: Services, clock: Clock, receiver: Receiver
) -> None:
    """Its messages do not keep those to others waiting, and lose no try by it."""
    admin = call(Scope.ADMIN)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = f"https://127.0.0.1:{closed.getsockname()[1]}/"
    for url in (dead, receiver.url):
        made = admin("POST", "/v1/webhooks", {"url": url, "kinds": list(kinds.KINDS)})
        assert made.status_code == 201
    for event, subject in (("a", ANNA), ("b", BEN)):
        tell_of(services, event, subject)
    tries = []
    for _ in range(3):
        tries.append(0)
        while sending.send_next(services.database, services.identity.vault, services.clock, allowed=HERE):
            tries[-1] += 1
        clock.forward(seconds=61)
    assert len(receiver.came) == 2
    assert tries == [3, 1, 1]
