"""Reads logged decisions in their order, each once."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text


class Mark(NamedTuple):
    """The last decision that was read."""

    at: datetime
    id: UUID


class Logged(NamedTuple):
    """A decision as it is logged."""

    id: UUID
    at: datetime
    inputs: bytes
    answer: bytes


def take_mark(connection: Connection) -> Mark | None:
    """How far decisions have been read; None while another worker reads."""
    row = connection.execute(text("SELECT at, id FROM offers.decision_mark FOR UPDATE SKIP LOCKED")).first()
    return Mark(*row) if row is not None else None


def move_mark(connection: Connection, mark: Mark) -> None:
    """Remember how far they have been read."""
    connection.execute(text("UPDATE offers.decision_mark SET at = :at, id = :id"), mark._asdict())


_AFTER = text("""
    SELECT id, at, inputs, answer
      FROM offers.decision
     WHERE at >= :at AND id > :id AND at < :before AND inputs IS NOT NULL
     ORDER BY id
     LIMIT :most
""")


def logged_after(connection: Connection, mark: Mark, before: datetime, *, most: int) -> list[Logged]:
    """The next decisions; ids are UUIDv7, so their order is that of time."""
    found = connection.execute(_AFTER, {**mark._asdict(), "before": before, "most": most})
    return [Logged(row.id, row.at, bytes(row.inputs), bytes(row.answer)) for row in found]
