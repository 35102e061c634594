"""Reads and writes the kill switch: what is stopped, by whom and since when."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, insert, text

from offers.tables import stop


class Stop(NamedTuple):
    """A standing stop. `subject` is a store's code or a campaign's id, empty for all."""

    id: UUID
    scope: Literal["all", "store", "campaign"]
    subject: str
    author: str
    reason: str | None
    at: datetime


_EVERY = text("""
    SELECT s.id, s.scope, coalesce(p.code, c.id, ''), s.author, s.reason, s.at
      FROM offers.stop AS s
      LEFT JOIN offers.store AS p ON s.scope = 'store' AND p.store_no = s.subject
      LEFT JOIN offers.campaign AS c ON s.scope = 'campaign' AND c.campaign_no = s.subject
     WHERE s.lifted_at IS NULL
     ORDER BY s.stop_no
""")
_LIFT = text("""
    UPDATE offers.stop SET lifted_at = :at, lifted_by = :by
     WHERE scope = :scope AND subject = :subject AND lifted_at IS NULL
""")


def every(connection: Connection) -> tuple[Stop, ...]:
    """The standing stops, oldest first."""
    return tuple(Stop(*row) for row in connection.execute(_EVERY))


def standing(connection: Connection, scope: str, number: int) -> Stop | None:
    """The standing stop of this scope and subject number."""
    found = connection.execute(
        stop.select().where(stop.c.scope == scope, stop.c.subject == number, stop.c.lifted_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    return next(one for one in every(connection) if one.id == found.id)


def add(connection: Connection, added: Stop, number: int) -> None:
    """Stop a scope and subject number that is not stopped."""
    connection.execute(insert(stop).values({**added._asdict(), "subject": number}))


def lift(connection: Connection, scope: str, number: int, *, by: str, at: datetime) -> bool:
    """End a stop; whether one was standing."""
    done = connection.execute(_LIFT, {"scope": scope, "subject": number, "by": by, "at": at})
    return done.rowcount > 0
