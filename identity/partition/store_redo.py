"""The queue of partition work that was put off.

Several rows may name the same subject: a row is only ever taken away by who worked after it was committed, so
no request is lost to one that is just being finished.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection


def put_off(connection: Connection, numbers: Sequence[int], *, reason: str, now: datetime) -> None:
    """Queues records to be placed again."""
    connection.exec_driver_sql(
        "insert into identity.redo (kind, subject, reason, queued_at)"
        " select 'record', n, %s, %s from unnest(%s::int8[]) n",
        (reason, now, list(numbers)),
    )


def put_off_key(connection: Connection, digest: int, *, reason: str, now: datetime) -> None:
    """Queues a key whose records are to be placed again."""
    connection.exec_driver_sql(
        "insert into identity.redo (kind, subject, reason, queued_at) values ('key', %s, %s, %s)",
        (digest, reason, now),
    )


def put_off_batch(connection: Connection, batch_no: int, *, now: datetime) -> None:
    """Queues the taking back of a batch."""
    connection.exec_driver_sql(
        "insert into identity.redo (kind, subject, reason, queued_at) values ('batch', %s, 'rollback', %s)",
        (batch_no, now),
    )


def put_off_source(connection: Connection, code: int, *, now: datetime) -> None:
    """Queues the joining of what a source brought while it was paused."""
    connection.exec_driver_sql(
        "insert into identity.redo (kind, subject, reason, queued_at) values ('source', %s, 'resumed', %s)",
        (code, now),
    )


def take(connection: Connection) -> tuple[int, str, int] | None:
    """The oldest item that nobody else is working on, locked: its number, kind and subject."""
    found = connection.exec_driver_sql(
        "select redo_no, kind, subject from identity.redo order by attempts, redo_no limit 1"
        " for update skip locked"
    ).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def finish(connection: Connection, redo_no: int) -> None:
    """Takes an item that was worked on away."""
    connection.exec_driver_sql("delete from identity.redo where redo_no = %s", (redo_no,))


def advance(connection: Connection, redo_no: int, subject: int) -> None:
    """Says how far an item has come that is a long walk."""
    connection.exec_driver_sql("update identity.redo set subject = %s where redo_no = %s", (subject, redo_no))


def postpone(connection: Connection, redo_no: int) -> None:
    """Puts an item that could not be finished behind the others."""
    connection.exec_driver_sql(
        "update identity.redo set attempts = attempts + 1 where redo_no = %s", (redo_no,)
    )


def count(connection: Connection) -> int:
    """How many items wait."""
    found: int = connection.exec_driver_sql("select count(*) from identity.redo").scalar_one()
    return found
