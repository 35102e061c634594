"""Reads and writes kiosks and pairing codes. Never commits."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql

from gateway.pages.kiosk.tables import kiosk_device, kiosk_pairing

SEEN_EVERY = dt.timedelta(seconds=50)
"""How old `seen_at` may get before a request moves it on: a scan must not cost a write each."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A code that was given out and not used yet."""

    selector: str
    sealed_secret: str = field(repr=False)
    store: str
    name: str
    expires_at: dt.datetime
    guesses_left: int


@dataclass(frozen=True, slots=True)
class Device:
    """A paired browser."""

    device_id: UUID
    store: str
    name: str
    paired_at: dt.datetime
    seen_at: dt.datetime
    revoked_at: dt.datetime | None


_DEVICE = (
    kiosk_device.c.device_id,
    kiosk_device.c.store,
    kiosk_device.c.name,
    kiosk_device.c.paired_at,
    kiosk_device.c.seen_at,
    kiosk_device.c.revoked_at,
)


def add_pairing(connection: Connection, pairing: Pairing, *, now: dt.datetime) -> bool:
    """Keep a new code and forget expired ones. False when a live code already has this selector."""
    connection.execute(delete(kiosk_pairing).where(kiosk_pairing.c.expires_at <= now))
    added = connection.execute(
        postgresql.insert(kiosk_pairing)
        .values(
            selector=pairing.selector,
            sealed_secret=pairing.sealed_secret,
            store=pairing.store,
            name=pairing.name,
            expires_at=pairing.expires_at,
            guesses_left=pairing.guesses_left,
        )
        .on_conflict_do_nothing()
        .returning(kiosk_pairing.c.selector)
    )
    return added.first() is not None


def locked_pairing(connection: Connection, selector: str) -> Pairing | None:
    """Return the code with this selector, locked: guesses at one code are counted one after the other."""
    row = connection.execute(
        select(
            kiosk_pairing.c.selector,
            kiosk_pairing.c.sealed_secret,
            kiosk_pairing.c.store,
            kiosk_pairing.c.name,
            kiosk_pairing.c.expires_at,
            kiosk_pairing.c.guesses_left,
        )
        .where(kiosk_pairing.c.selector == selector)
        .with_for_update()
    ).first()
    return Pairing(*row) if row else None


def count_wrong_guess(connection: Connection, selector: str) -> None:
    """Take one guess from a code that was locked and had one left."""
    connection.execute(
        update(kiosk_pairing)
        .where(kiosk_pairing.c.selector == selector)
        .values(guesses_left=kiosk_pairing.c.guesses_left - 1)
    )


def use_pairing(connection: Connection, pairing: Pairing, device: Device, cookie_digest: bytes) -> None:
    """Turn a code into a device; the code is gone with it."""
    connection.execute(delete(kiosk_pairing).where(kiosk_pairing.c.selector == pairing.selector))
    connection.execute(
        insert(kiosk_device).values(
            device_id=device.device_id,
            cookie_digest=cookie_digest,
            store=device.store,
            name=device.name,
            paired_at=device.paired_at,
            seen_at=device.seen_at,
        )
    )


def live_device(connection: Connection, cookie_digest: bytes) -> Device | None:
    """Return the device that holds this cookie, None when there is none or it was revoked."""
    row = connection.execute(
        select(*_DEVICE).where(
            kiosk_device.c.cookie_digest == cookie_digest, kiosk_device.c.revoked_at.is_(None)
        )
    ).first()
    return Device(*row) if row else None


def is_due(device: Device, *, now: dt.datetime) -> bool:
    """Whether `seen_at` is old enough to be written again."""
    return now - device.seen_at >= SEEN_EVERY


def mark_seen(connection: Connection, device: Device, *, now: dt.datetime) -> None:
    """Note that a device is alive."""
    connection.execute(
        update(kiosk_device).where(kiosk_device.c.device_id == device.device_id).values(seen_at=now)
    )


def devices(connection: Connection, *, store: str | None, revoked: bool) -> list[Device]:
    """Return the devices of a store, or of all; revoked ones only when asked for. Newest first."""
    wanted = select(*_DEVICE).order_by(kiosk_device.c.paired_at.desc(), kiosk_device.c.device_id)
    if store is not None:
        wanted = wanted.where(kiosk_device.c.store == store)
    if not revoked:
        wanted = wanted.where(kiosk_device.c.revoked_at.is_(None))
    return [Device(*row) for row in connection.execute(wanted)]


def revoke(connection: Connection, device_id: UUID, *, now: dt.datetime) -> bool:
    """Take a device's cookie away for good. False when there is no such live device."""
    done = connection.execute(
        update(kiosk_device)
        .where(kiosk_device.c.device_id == device_id, kiosk_device.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(kiosk_device.c.device_id)
    )
    return done.first() is not None
