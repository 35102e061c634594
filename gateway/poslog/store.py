"""SQL of imports: where one stands, written with each transaction it takes in."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, text

from gateway.connectors.poslog.stream import Place

Outcome = Literal["recorded", "repeated", "passed_over", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("recorded", "repeated", "passed_over", "refused")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an import stands: `at` is the transaction it took in last, none when there is no opening yet;
    `done` are behind it.
    """

    import_no: int
    opening: bytes | None
    at: Place
    counts: dict[str, int]
    is_finished: bool
    done: int


@dataclass(frozen=True, slots=True)
class Reject:
    """A transaction that was refused."""

    line: int
    transaction: str
    reason: str


def begin(connection: Connection, digest: bytes, *, source: str, name: str, now: dt.datetime) -> Progress:
    """The import of this content, begun now or before; its row is the lock of whoever works on it."""
    connection.execute(
        text("""
            INSERT INTO gateway.poslog_import (digest, source, name, begun_at)
            VALUES (:digest, :source, :name, :now) ON CONFLICT (digest, source) DO NOTHING
        """),
        {"digest": digest, "source": source, "name": name, "now": now},
    )
    row: Any = connection.execute(
        text("""
            SELECT import_no, opening, offset_bytes, line, recorded, repeated, passed_over, refused,
                   finished_at
              FROM gateway.poslog_import WHERE digest = :digest AND source = :source
        """),
        {"digest": digest, "source": source},
    ).one()
    counts: dict[str, int] = {name: getattr(row, name) for name in OUTCOMES}
    opening = bytes(row.opening) if row.opening is not None else None
    return Progress(
        row.import_no,
        opening,
        Place(row.offset_bytes, row.line),
        counts,
        row.finished_at is not None,
        sum(counts.values()),
    )


def advance(
    connection: Connection, import_no: int, at: Place, opening: bytes, outcomes: Sequence[Outcome]
) -> None:
    """Notes transactions as taken in, in the transaction that takes them in."""
    counts: dict[str, int] = {name: outcomes.count(name) for name in OUTCOMES}
    connection.execute(
        text("""
            UPDATE gateway.poslog_import
               SET offset_bytes = :offset, line = :line, opening = coalesce(opening, :opening),
                   recorded = recorded + :recorded, repeated = repeated + :repeated,
                   passed_over = passed_over + :passed_over, refused = refused + :refused
             WHERE import_no = :import_no
        """),
        {
            "offset": at.offset,
            "line": at.line,
            "opening": opening,
            "import_no": import_no,
            **counts,
        },
    )


def refuse(connection: Connection, import_no: int, new: Reject) -> None:
    """Keeps why a transaction was refused."""
    connection.execute(
        text("""
            INSERT INTO gateway.poslog_reject (import_no, line, transaction, reason)
            VALUES (:import_no, :line, :transaction, :reason)
                ON CONFLICT (import_no, line) DO UPDATE SET reason = excluded.reason
        """),
        {"import_no": import_no, "line": new.line, "transaction": new.transaction, "reason": new.reason},
    )


def finish(connection: Connection, import_no: int, *, now: dt.datetime) -> None:
    """Notes that the end of the file was reached."""
    connection.execute(
        text("UPDATE gateway.poslog_import SET finished_at = :now WHERE import_no = :import_no"),
        {"now": now, "import_no": import_no},
    )


def start_again(connection: Connection, import_no: int) -> None:
    """Lets a finished file be read again from its beginning; what was recorded stays recorded."""
    connection.execute(
        text("""
            UPDATE gateway.poslog_import
               SET finished_at = NULL, opening = NULL, offset_bytes = 0, line = 0,
                   recorded = 0, repeated = 0, passed_over = 0, refused = 0
             WHERE import_no = :import_no
        """),
        {"import_no": import_no},
    )
    connection.execute(
        text("DELETE FROM gateway.poslog_reject WHERE import_no = :import_no"), {"import_no": import_no}
    )


def rejects(connection: Connection, import_no: int, *, limit: int) -> list[Reject]:
    """What was refused of a file, in its order."""
    rows: Any = connection.execute(
        text("""
            SELECT line, transaction, reason FROM gateway.poslog_reject
             WHERE import_no = :import_no ORDER BY line LIMIT :limit
        """),
        {"import_no": import_no, "limit": limit},
    )
    return [Reject(*row) for row in rows]
