"""One POST to a checked address: no redirect is followed, nothing of the answer is read but its status, and
it is over in time whatever the receiver does.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from gateway.webhooks.targets import Target

TIMEOUT_S: Final = 10.0
"""How long the receiver may be silent."""

IN_ALL_S: Final = 20.0
"""How long all of it may take: a byte every nine seconds is not silence."""


class NotDeliveredError(Exception):
    """Nobody answered; the text says how far it came."""


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was checked and speaks TLS with the name."""

    def __init__(self, target: Target, context: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_S, context=context)
        self._target = target
        self._tls = context
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        """To no other address than the checked one."""
        self._plain = socket.create_connection((self._target.address, self._target.port), TIMEOUT_S)
        # The descriptor stays ours to cut off: TLS would take it along, and the handshake may be what lasts.
        self.sock = self._tls.wrap_socket(self._plain.dup(), server_hostname=self._target.host)

    def cut_off(self) -> None:
        """Ends whatever is waited for, from another thread."""
        if self._plain is not None:
            with suppress(OSError):
                self._plain.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Both ends of the descriptor."""
        super().close()
        if self._plain is not None:
            self._plain.close()


def post(target: Target, body: bytes, headers: Mapping[str, str], *, in_all_s: float = IN_ALL_S) -> int:
    """The status of the answer. Raises NotDeliveredError."""
    connection = _Pinned(target, ssl.create_default_context())
    watch = threading.Timer(in_all_s, connection.cut_off)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotDeliveredError(type(error).__name__) from error
    finally:
        watch.cancel()
        connection.close()
