"""Where an import stands, in the database: it moves with the records it counts."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from gateway.imports.tables import import_run


@dataclass(frozen=True, slots=True)
class Run:
    """An import; `position` counts the lines that are done, over all its files."""

    batch: str
    source: str
    content: bytes
    position: int
    finished_at: dt.datetime | None


def begin(connection: Connection, batch: str, source: str, content: bytes, *, now: dt.datetime) -> Run:
    """The run of that name, made when there is none."""
    connection.execute(
        insert(import_run)
        .values(batch=batch, source=source, content=content, started_at=now)
        .on_conflict_do_nothing()
    )
    t = import_run.c
    row = connection.execute(
        sa.select(t.batch, t.source, t.content, t.position, t.finished_at).where(t.batch == batch)
    ).one()
    return Run(row.batch, row.source, bytes(row.content), row.position, row.finished_at)


def advance(connection: Connection, batch: str, before: int, position: int) -> bool:
    """Moves the run from one line to another one; false when another process did."""
    moved = connection.execute(
        sa.update(import_run)
        .where(import_run.c.batch == batch, import_run.c.position == before)
        .values(position=position)
    )
    return moved.rowcount == 1


def finish(connection: Connection, batch: str, *, now: dt.datetime) -> None:
    """Notes that every line is done."""
    connection.execute(sa.update(import_run).where(import_run.c.batch == batch).values(finished_at=now))
