"""Reads and writes pins, boosts and bans."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from offers.overrides.rules import Override
from offers.tables import override


class Said(NamedTuple):
    """One word, who said it, why, and who took it back."""

    kind: str
    subject: str
    action: str
    factor_bp: int
    until_at: datetime | None
    author: str
    reason: str | None
    at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


_COLUMNS = tuple(override.c[name] for name in Said._fields)


def add(connection: Connection, said: Said) -> None:
    """Write a word; another about the same must have been lifted before."""
    connection.execute(insert(override).values(**said._asdict()))


def lift(connection: Connection, kind: str, subject: str, *, by: str, at: datetime) -> bool:
    """Take the standing word about something back; whether there was one."""
    done = connection.execute(
        update(override)
        .where(override.c.kind == kind, override.c.subject == subject, override.c.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=at)
    )
    return done.rowcount > 0


def standing(connection: Connection) -> list[Override]:
    """What stands, for the catalogue."""
    rows = connection.execute(select(*_COLUMNS).where(override.c.lifted_at.is_(None)))
    return [
        Override(
            row.kind,
            row.subject,
            row.action,
            row.factor_bp,
            int(row.until_at.timestamp()) if row.until_at is not None else None,
        )
        for row in rows
    ]


def newest(connection: Connection, *, limit: int) -> tuple[Said, ...]:
    """What was said and taken back, newest first."""
    rows = connection.execute(select(*_COLUMNS).order_by(override.c.override_no.desc()).limit(limit))
    return tuple(Said(*row) for row in rows)
