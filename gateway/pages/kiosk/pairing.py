"""Pairs a browser with a store: an operator's one-time code becomes a cookie that this browser alone holds.

Invariant: a wrong guess is counted even though it is refused, so a refusal is a value and the caller
commits it.
"""

import datetime as dt
import secrets
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from gateway.pages.kiosk import codes, store
from gateway.pages.kiosk.store import Device, Pairing

CODE_LASTS = dt.timedelta(minutes=10)
_TRIES = 8
"""There are 32,768 selectors; that eight random ones are all taken means somebody makes codes by the
thousand.
"""


class PairingError(Exception):
    """No pairing code could be made."""


@dataclass(frozen=True, slots=True)
class Paired:
    """A browser that was just paired; the only moment in which its cookie is known."""

    device: Device
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotPaired:
    """Why a code did not pair. Pages say the same for all: a guesser need not know how close it came."""

    reason: Literal["malformed", "unknown", "expired", "used_up", "wrong"]


def make_code(
    connection: Connection, *, store_code: str, name: str, now: dt.datetime, lasts: dt.timedelta = CODE_LASTS
) -> str:
    """Return a new code for a store's kiosk, as the operator reads it. Raises PairingError."""
    for _ in range(_TRIES):
        code = codes.fresh(secrets.token_bytes(codes.RANDOM_BYTES))
        pairing = Pairing(
            selector=code.selector,
            sealed_secret=codes.sealed(code.secret),
            store=store_code,
            name=name,
            expires_at=now + lasts,
            guesses_left=codes.GUESSES,
        )
        if store.add_pairing(connection, pairing, now=now):
            return code.text
    raise PairingError("Too many pairing codes are waiting to be used; let some expire first.")


def pair(connection: Connection, typed: str, *, device_id: UUID, now: dt.datetime) -> Paired | NotPaired:
    """Use a typed code. The caller commits whichever answer it gets."""
    code = codes.typed(typed)
    if code is None:
        return NotPaired("malformed")
    pairing = store.locked_pairing(connection, code.selector)
    if pairing is None:
        return NotPaired("unknown")
    if pairing.expires_at <= now:
        return NotPaired("expired")
    if pairing.guesses_left == 0:
        return NotPaired("used_up")
    if not codes.opens(pairing.sealed_secret, code.secret):
        store.count_wrong_guess(connection, pairing.selector)
        return NotPaired("wrong")
    cookie = secrets.token_urlsafe(32)
    device = Device(device_id, pairing.store, pairing.name, paired_at=now, seen_at=now, revoked_at=None)
    store.use_pairing(connection, pairing, device, codes.cookie_digest(cookie))
    return Paired(device, cookie)


def device_of(connection: Connection, cookie: str | None) -> Device | None:
    """Return the live device that holds a cookie."""
    return store.live_device(connection, codes.cookie_digest(cookie)) if cookie else None
