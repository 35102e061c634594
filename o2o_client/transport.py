"""One kept connection to the gateway, and a deadline that holds whatever the network does.

Invariant: `send` ends within its budget, name look-up aside. No answer is an answer here: None; so is half
of one, or a page of somebody else's on the way. Whoever sends again sends the same, because everything a till
says carries its natural key.
"""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Timer
from typing import Any, Final
from urllib.parse import urlsplit

BUDGET_S: Final = 0.3
QUIET_S: Final = 5.0
"""After no answer came, nobody is kept waiting for the next one so long."""

_LARGEST_ANSWER: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway is and the till's key to it."""

    url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said."""

    status: int
    body: dict[str, Any]

    @property
    def is_final(self) -> bool:
        """Whether saying the same again would be answered the same: neither busy nor broken."""
        return self.status < 500 and self.status not in {401, 403, 408, 429}


class Transport:
    """A connection that is opened when needed and kept. For one thread."""

    def __init__(self, address: Address, *, budget_s: float = BUDGET_S) -> None:
        parts = urlsplit(address.url)
        if parts.scheme not in {"http", "https"} or parts.hostname is None:
            raise ValueError(f"{address.url!r} is no http address")
        self.budget_s = budget_s
        self._host, self._port = parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._headers = {"Authorization": f"Bearer {address.key}", "Content-Type": "application/json"}
        self._connection: http.client.HTTPConnection | None = None
        self._quiet_until_s = 0.0

    @property
    def is_quiet(self) -> bool:
        """Whether the gateway did not answer a moment ago."""
        return time.monotonic() < self._quiet_until_s

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, budget_s: float | None = None
    ) -> Answer | None:
        """What the gateway answers within the budget."""
        ends_s = time.monotonic() + (self.budget_s if budget_s is None else budget_s)
        content = json.dumps(body).encode() if body is not None else None
        kept = self._connection is not None
        found = self._exchange(method, path, content, ends_s)
        if found is None and kept and time.monotonic() < ends_s:
            # The kept connection had been closed from the other side: once more, on a new one.
            found = self._exchange(method, path, content, ends_s)
        self._quiet_until_s = 0.0 if found is not None else time.monotonic() + QUIET_S
        return found

    def close(self) -> None:
        """Give the connection up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, content: bytes | None, ends_s: float) -> Answer | None:
        left_s = ends_s - time.monotonic()
        if left_s <= 0:
            return None
        connection = self._connection or self._opened(left_s)
        if connection is None:
            return None
        self._connection = connection
        # A timeout on the socket starts anew with each byte; this one does not.
        end = Timer(max(0.0, ends_s - time.monotonic()), _cut, [connection.sock])
        end.daemon = True
        end.start()
        try:
            connection.request(method, self._prefix + path, content, self._headers)
            answer = connection.getresponse()
            body = _document(answer)
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return None
        finally:
            end.cancel()
        if connection.sock is None:  # the other side said that it closes
            self.close()
        return Answer(answer.status, body)

    def _opened(self, left_s: float) -> http.client.HTTPConnection | None:
        if self._tls is not None:
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=left_s, context=self._tls
            )
        else:
            made = http.client.HTTPConnection(self._host, self._port, timeout=left_s)
        made.auto_open = 0  # what it opened by itself, the timer would not know
        try:
            made.connect()
        except OSError:
            made.close()
            return None
        made.sock.settimeout(None)  # the timer is the only clock from here on
        made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


def _document(answer: http.client.HTTPResponse) -> dict[str, Any]:
    """The whole body of an answer, a JSON object. Raises ValueError when it is something else, or not all
    there: whoever answers may die between the head and the body.
    """
    raw = answer.read(_LARGEST_ANSWER)
    body = json.loads(raw)
    if answer.length or not isinstance(body, dict):
        raise ValueError(f"an answer of {len(raw)} bytes is no document")
    return body


def _cut(opened: socket.socket) -> None:
    with suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)
