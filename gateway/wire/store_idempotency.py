"""SQL of the answers kept for Idempotency-Key."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from gateway.wire.tables import idempotency


@dataclass(frozen=True, slots=True)
class Kept:
    """A first answer, its body sealed or opened."""

    fingerprint: bytes
    status: int
    body: bytes


def claim(connection: Connection, key_id: str, idempotency_key: str) -> bool:
    """Takes this key's lock until the transaction ends; False if another request holds it, that is: is still
    running.
    """
    return bool(
        connection.execute(
            text("select pg_try_advisory_xact_lock(hashtextextended(:name, 7364))"),
            {"name": f"{key_id} {idempotency_key}"},
        ).scalar_one()
    )


def find(connection: Connection, key_id: str, idempotency_key: str, *, since: dt.datetime) -> Kept | None:
    """The answer given since then."""
    row = connection.execute(
        select(idempotency.c.fingerprint, idempotency.c.status, idempotency.c.body).where(
            idempotency.c.key_id == key_id,
            idempotency.c.idempotency_key == idempotency_key,
            idempotency.c.answered_at >= since,
        )
    ).one_or_none()
    return None if row is None else Kept(bytes(row.fingerprint), row.status, bytes(row.body))


def keep(connection: Connection, key_id: str, idempotency_key: str, kept: Kept, *, now: dt.datetime) -> None:
    """Stores the answer with the work it answers; one that outlived its time is overwritten."""
    values = {
        "fingerprint": kept.fingerprint,
        "status": kept.status,
        "body": kept.body,
        "answered_at": now,
    }
    statement = insert(idempotency).values(key_id=key_id, idempotency_key=idempotency_key, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[idempotency.c.key_id, idempotency.c.idempotency_key], set_=values
        )
    )


def forget(connection: Connection, *, before: dt.datetime, most: int) -> int:
    """Deletes answers older than that, at most so many at a time; returns how many."""
    old = (
        select(idempotency.c.key_id, idempotency.c.idempotency_key)
        .where(idempotency.c.answered_at < before)
        .limit(most)
    ).subquery()
    return connection.execute(
        delete(idempotency).where(
            idempotency.c.key_id == old.c.key_id, idempotency.c.idempotency_key == old.c.idempotency_key
        )
    ).rowcount
