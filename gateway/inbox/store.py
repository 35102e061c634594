"""SQL of the inbox: put in once, taken out by one worker at a time, part by part."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came."""

    connector: str
    source: str
    delivery: str
    topic: str
    received_at: dt.datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """A webhook whose turn it is, locked: `part` of its parts are done."""

    inbox_no: int
    came: Delivery
    part: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A webhook as an operator sees it: without its body."""

    inbox_no: int
    connector: str
    source: str
    topic: str
    received_at: dt.datetime
    state: str
    attempts: int
    due_at: dt.datetime
    waits_for: str | None
    trouble: str | None


def put(connection: Connection, new: Delivery) -> bool:
    """Keeps a webhook; False when it was delivered before."""
    done = connection.execute(
        text("""
            INSERT INTO gateway.inbox (connector, source, delivery, topic, received_at, body, due_at)
            VALUES (:connector, :source, :delivery, :topic, :received_at, :sealed, :received_at)
                ON CONFLICT (source, delivery) DO NOTHING
        """),
        {
            "connector": new.connector,
            "source": new.source,
            "delivery": new.delivery,
            "topic": new.topic,
            "received_at": new.received_at,
            "sealed": new.sealed,
        },
    )
    return done.rowcount == 1


def take(connection: Connection, *, now: dt.datetime) -> Waiting | None:
    """The webhook that has waited longest, locked until the transaction ends; those that others hold are
    skipped.
    """
    row = connection.execute(
        text("""
            SELECT inbox_no, connector, source, delivery, topic, received_at, body, part, attempts
              FROM gateway.inbox WHERE state = 'waiting' AND due_at <= :now
             ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
        """),
        {"now": now},
    ).one_or_none()
    if row is None:
        return None
    came = Delivery(row.connector, row.source, row.delivery, row.topic, row.received_at, bytes(row.body))
    return Waiting(row.inbox_no, came, row.part, row.attempts)


def advance(connection: Connection, inbox_no: int, *, part: int, is_last: bool) -> None:
    """Notes that a part is done; after the last one the body is forgotten."""
    connection.execute(
        text("""
            UPDATE gateway.inbox
               SET part = :part, attempts = 0, waits_for = NULL, trouble = NULL,
                   state = CASE WHEN :is_last THEN 'done' ELSE state END,
                   body = CASE WHEN :is_last THEN NULL ELSE body END
             WHERE inbox_no = :inbox_no
        """),
        {"inbox_no": inbox_no, "part": part, "is_last": is_last},
    )


def put_off(
    connection: Connection, inbox_no: int, *, due_at: dt.datetime | None, trouble: str, waits_for: str | None
) -> None:
    """Lets a webhook wait until then, or until what it waits for has come; without a time it is dead."""
    connection.execute(
        text("""
            UPDATE gateway.inbox
               SET attempts = attempts + 1, trouble = :trouble, waits_for = :waits_for,
                   state = CASE WHEN CAST(:due_at AS timestamptz) IS NULL THEN 'dead' ELSE state END,
                   due_at = coalesce(:due_at, due_at)
             WHERE inbox_no = :inbox_no
        """),
        {"inbox_no": inbox_no, "due_at": due_at, "trouble": trouble, "waits_for": waits_for},
    )


def wake(connection: Connection, source: str, what: Sequence[str], *, now: dt.datetime) -> None:
    """Makes it the turn of those that waited for what has come now."""
    if not what:
        return
    connection.execute(
        text("""
            UPDATE gateway.inbox SET due_at = :now
             WHERE source = :source AND waits_for = ANY (:what) AND state = 'waiting'
        """),
        {"source": source, "what": list(what), "now": now},
    )


def forget(connection: Connection, *, before: dt.datetime, most: int) -> int:
    """Deletes webhooks done before then; their senders do not repeat them any more."""
    return connection.execute(
        text("""
            DELETE FROM gateway.inbox WHERE inbox_no IN (
                SELECT inbox_no FROM gateway.inbox WHERE state = 'done' AND received_at < :before LIMIT :most
            )
        """),
        {"before": before, "most": most},
    ).rowcount


def listing(connection: Connection, *, state: str, limit: int) -> list[Listed]:
    """Webhooks in a state, the oldest first."""
    rows: Any = connection.execute(
        text("""
            SELECT inbox_no, connector, source, topic, received_at, state, attempts, due_at,
                   waits_for, trouble
              FROM gateway.inbox WHERE state = :state ORDER BY inbox_no LIMIT :limit
        """),
        {"state": state, "limit": limit},
    )
    return [Listed(*row) for row in rows]


def revive(connection: Connection, numbers: Sequence[int], *, now: dt.datetime) -> int:
    """Lets dead webhooks be tried again; none named means all."""
    return connection.execute(
        text("""
            UPDATE gateway.inbox SET state = 'waiting', attempts = 0, due_at = :now
             WHERE state = 'dead' AND (CAST(:numbers AS bigint[]) = '{}' OR inbox_no = ANY (:numbers))
        """),
        {"numbers": list(numbers), "now": now},
    ).rowcount
