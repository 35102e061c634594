"""Idempotency-Key: the first answer again, however often a client repeats a call that changes something.

The answer is written in the transaction of the work, so there is no moment in which one exists without the
other, and a crash leaves neither. It is sealed, for some answers hold what is told once, such as a secret.
Refusals are not kept: nothing changed, so the call may be corrected and sent again with the same key.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from gateway.wire import store_idempotency
from gateway.wire.problems import Place, Problem
from gateway.wire.store_idempotency import Kept
from identity.sealing.vault import Vault

HEADER = "Idempotency-Key"
KEPT_FOR = dt.timedelta(days=7)
_FORM = re.compile(r'^"?([\x21\x23-\x5b\x5d-\x7e]{1,200})"?\Z')


@dataclass(frozen=True, slots=True)
class Once:
    """One call under its key: whose, which, and what it asked for."""

    key_id: str
    idempotency_key: str
    fingerprint: bytes

    @property
    def place(self) -> str:
        """Where its answer is sealed for."""
        return f"answer:{self.key_id} {self.idempotency_key}"


def once(key_id: str, header: str | None, *, method: str, path: str, raw: bytes) -> Once:
    """The call's identity. Raises Problem idempotency_key_required, or invalid when the key is not usable."""
    if not header:
        raise Problem(
            "idempotency_key_required",
            f"Send a {HEADER} header with a random value, and the same value when you repeat this call.",
        )
    match = _FORM.match(header)
    if match is None:
        raise Problem(
            "invalid",
            f"{HEADER} is 1 to 200 printable ASCII characters.",
            places=(Place(HEADER, "is 1 to 200 printable ASCII characters without quotes or backslashes"),),
        )
    asked = hashlib.sha256(f"{method} {path}\n".encode() + raw).digest()
    return Once(key_id=key_id, idempotency_key=match.group(1), fingerprint=asked)


def answer(
    connection: Connection,
    vault: Vault,
    call: Once,
    work: Callable[[], tuple[int, bytes]],
    *,
    now: dt.datetime,
) -> tuple[int, bytes, bool]:
    """The status and body of the work, done now or long ago, and whether it is a repeated answer.

    Raises Problem request_running or idempotency_key_reused.
    """
    # The lock is taken in one statement and the row read in the next, so that a row just committed is seen.
    if not store_idempotency.claim(connection, call.key_id, call.idempotency_key):
        raise Problem(
            "request_running",
            "The first call is still being worked on; ask again in a second.",
            retry_after_s=1,
        )
    kept = first_answer(connection, vault, call, now=now)
    if kept is not None:
        return kept.status, kept.body, True
    status, body = work()
    keep(connection, vault, call, status, body, now=now)
    return status, body, False


def first_answer(connection: Connection, vault: Vault, call: Once, *, now: dt.datetime) -> Kept | None:
    """What was answered first, if it was. Raises Problem idempotency_key_reused."""
    kept = store_idempotency.find(connection, call.key_id, call.idempotency_key, since=now - KEPT_FOR)
    if kept is None:
        return None
    if kept.fingerprint != call.fingerprint:
        raise Problem(
            "idempotency_key_reused",
            f"This {HEADER} was used for another call; use a fresh value for every new call.",
        )
    return replace(kept, body=vault.unseal(kept.body, call.place))


def keep(
    connection: Connection, vault: Vault, call: Once, status: int, body: bytes, *, now: dt.datetime
) -> None:
    """Stores an answer in the transaction of what it answers."""
    kept = Kept(call.fingerprint, status, vault.seal(body, call.place))
    store_idempotency.keep(connection, call.key_id, call.idempotency_key, kept, now=now)
