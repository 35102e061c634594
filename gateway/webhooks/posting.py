"""One POST to a checked address: no redirect is followed, and not much of the answer is read."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from typing import Final

from gateway.webhooks.targets import Target

TIMEOUT_S: Final = 10.0
ANSWER_BYTES: Final = 16_384


class NotDeliveredError(Exception):
    """Nobody answered; the text says how far it came."""


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was checked and speaks TLS with the name."""

    def __init__(self, target: Target, context: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_S, context=context)
        self._target = target
        self._tls = context

    def connect(self) -> None:
        """To no other address than the checked one."""
        plain = socket.create_connection((self._target.address, self._target.port), TIMEOUT_S)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self._target.host)


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer. Raises NotDeliveredError."""
    connection = _Pinned(target, ssl.create_default_context())
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise NotDeliveredError(type(error).__name__) from error
    else:
        return answer.status
    finally:
        connection.close()
