"""SQL of what is on its way."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from offers.store_driver import driver_cursor


@dataclass(frozen=True, slots=True)
class News:
    """Something that others may be told. `event` names it: the same is told once."""

    event: str
    kind: str
    subjects: tuple[UUID, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose turn it is."""

    message_no: int
    endpoint_no: int
    url: str
    body: str
    attempts: int
    secret: bytes
    former_secret: bytes | None
    former_until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as an operator sees it."""

    message_no: int
    kind: str
    state: str
    attempts: int
    created_at: dt.datetime
    due_at: dt.datetime
    trouble: str | None
    body: str


_TELL = """
    INSERT INTO gateway.webhook_message (endpoint_no, event, kind, subjects, body, created_at, due_at)
    SELECT p.endpoint_no, v.event, v.kind, v.subjects::uuid[], v.body, v.at, v.at
      FROM (VALUES %s) AS v (event, kind, subjects, body, at)
      JOIN gateway.webhook_endpoint p ON p.enabled AND v.kind = ANY (p.kinds)
        ON CONFLICT (endpoint_no, event) DO NOTHING
"""


def tell(connection: Connection, news: Sequence[News], *, now: dt.datetime) -> None:
    """Puts news on their way to everybody who asked for their kind."""
    if not news:
        return
    rows = [(one.event, one.kind, [str(each) for each in one.subjects], one.body, now) for one in news]
    with driver_cursor(connection) as cursor:
        execute_values(cursor, _TELL, rows, template="(%s, %s, %s, %s, %s::timestamptz)", page_size=1_000)


def take(connection: Connection, *, now: dt.datetime, until: dt.datetime) -> Due | None:
    """The next message, lent until then: nobody else sends it meanwhile, and none about the same profile
    passes it on its way to the same address.
    """
    row: Any = connection.execute(
        text("""
            UPDATE gateway.webhook_message m SET due_at = :until, attempts = m.attempts + 1
              FROM gateway.webhook_endpoint p
             WHERE p.endpoint_no = m.endpoint_no AND m.message_no = (
                SELECT w.message_no
                  FROM gateway.webhook_message w JOIN gateway.webhook_endpoint e USING (endpoint_no)
                 WHERE w.state = 'waiting' AND w.due_at <= :now AND e.enabled AND NOT EXISTS (
                    SELECT FROM gateway.webhook_message o
                     WHERE o.endpoint_no = w.endpoint_no AND o.state = 'waiting'
                       AND o.message_no < w.message_no AND o.subjects && w.subjects)
                 ORDER BY w.due_at, w.message_no LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
            RETURNING m.message_no, m.endpoint_no, p.url, m.body, m.attempts, p.secret, p.former_secret,
                      p.former_until
        """),
        {"now": now, "until": until},
    ).one_or_none()
    if row is None:
        return None
    return Due(
        message_no=row.message_no,
        endpoint_no=row.endpoint_no,
        url=row.url,
        body=row.body,
        attempts=row.attempts,
        secret=bytes(row.secret),
        former_secret=bytes(row.former_secret) if row.former_secret is not None else None,
        former_until=row.former_until,
    )


def settle(
    connection: Connection, message_no: int, *, state: str, due_at: dt.datetime, trouble: str | None
) -> None:
    """Notes what became of a message."""
    connection.execute(
        text("""
            UPDATE gateway.webhook_message SET state = :state, due_at = :due_at, trouble = :trouble
             WHERE message_no = :message_no
        """),
        {"message_no": message_no, "state": state, "due_at": due_at, "trouble": trouble},
    )


def put_off(connection: Connection, endpoint_no: int, *, until: dt.datetime) -> None:
    """Lets all that is due at an address wait until then; no try of theirs is counted."""
    connection.execute(
        text("""
            UPDATE gateway.webhook_message SET due_at = :until
             WHERE endpoint_no = :endpoint_no AND state = 'waiting' AND attempts = 0 AND due_at < :until
        """),
        {"endpoint_no": endpoint_no, "until": until},
    )


def replay(connection: Connection, endpoint_no: int, numbers: Sequence[int], *, now: dt.datetime) -> int:
    """Sends dead messages of an address again; none named means all."""
    return connection.execute(
        text("""
            UPDATE gateway.webhook_message SET state = 'waiting', attempts = 0, due_at = :now
             WHERE endpoint_no = :endpoint_no AND state = 'dead'
               AND (CAST(:numbers AS bigint[]) = '{}' OR message_no = ANY (:numbers))
        """),
        {"endpoint_no": endpoint_no, "numbers": list(numbers), "now": now},
    ).rowcount


def listing(connection: Connection, endpoint_no: int, *, state: str, after: int, limit: int) -> list[Listed]:
    """Messages of an address in a state, in their order."""
    rows: Any = connection.execute(
        text("""
            SELECT message_no, kind, state, attempts, created_at, due_at, trouble, body
              FROM gateway.webhook_message
             WHERE endpoint_no = :endpoint_no AND state = :state AND message_no > :after
             ORDER BY message_no LIMIT :limit
        """),
        {"endpoint_no": endpoint_no, "state": state, "after": after, "limit": limit},
    )
    return [Listed(*row) for row in rows]


def forget(connection: Connection, *, before: dt.datetime, most: int) -> int:
    """Deletes messages that were taken, or died, before then."""
    return connection.execute(
        text("""
            DELETE FROM gateway.webhook_message WHERE message_no IN (
                SELECT message_no FROM gateway.webhook_message
                 WHERE state <> 'waiting' AND created_at < :before LIMIT :most)
        """),
        {"before": before, "most": most},
    ).rowcount


def reach(connection: Connection) -> tuple[int, int] | None:
    """How far feed and reviews were told, locked; None while somebody else is telling."""
    connection.execute(text("INSERT INTO gateway.webhook_reach DEFAULT VALUES ON CONFLICT DO NOTHING"))
    row = connection.execute(
        text("SELECT position, review_no FROM gateway.webhook_reach FOR UPDATE SKIP LOCKED")
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def set_reach(connection: Connection, position: int, review_no: int) -> None:
    """Notes how far has been told."""
    connection.execute(
        text("UPDATE gateway.webhook_reach SET position = :position, review_no = :review_no"),
        {"position": position, "review_no": review_no},
    )
