"""SQL of the messages that wait: put in by the door in one statement, taken out by one worker at a time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Piece:
    """Some messages of one call, sealed. `weight` says how much work they are."""

    source: str
    proof: int
    weight: int
    received_at: dt.datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """A piece whose turn it is."""

    batch_no: int
    piece: Piece
    attempts: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A piece as an operator sees it: without its messages."""

    batch_no: int
    source: str
    received_at: dt.datetime
    attempts: int
    due_at: dt.datetime | None
    trouble: str | None


def put(connection: Connection, pieces: Sequence[Piece]) -> None:
    """Keeps the pieces of a call, all in one statement; it is their turn at once."""
    connection.execute(
        text("""
            INSERT INTO gateway.event_batch (source, proof, weight, received_at, body, due_at)
            SELECT source, proof, weight, received_at, body, received_at
              FROM unnest(CAST(:sources AS text[]), CAST(:proofs AS smallint[]), CAST(:weights AS integer[]),
                          CAST(:received AS timestamptz[]), CAST(:bodies AS bytea[]))
                AS piece (source, proof, weight, received_at, body)
        """),
        {
            "sources": [piece.source for piece in pieces],
            "proofs": [piece.proof for piece in pieces],
            "weights": [piece.weight for piece in pieces],
            "received": [piece.received_at for piece in pieces],
            "bodies": [piece.sealed for piece in pieces],
        },
    )


def take(connection: Connection, *, most: int, now: dt.datetime) -> list[Waiting]:
    """So many pieces that have waited longest, locked until the transaction ends; those that others hold
    are skipped.
    """
    rows: Any = connection.execute(
        text("""
            SELECT batch_no, attempts, source, proof, weight, received_at, body
              FROM gateway.event_batch WHERE due_at <= :now
             ORDER BY due_at, batch_no LIMIT :most FOR UPDATE SKIP LOCKED
        """),
        {"now": now, "most": most},
    )
    return [
        Waiting(batch_no, Piece(source, proof, weight, received_at, bytes(body)), attempts)
        for batch_no, attempts, source, proof, weight, received_at, body in rows
    ]


def done(connection: Connection, numbers: Sequence[int]) -> None:
    """Forgets pieces, in the transaction that stores what they say."""
    connection.execute(
        text("DELETE FROM gateway.event_batch WHERE batch_no = ANY (:numbers)"), {"numbers": list(numbers)}
    )


def put_off(
    connection: Connection, numbers: Sequence[int], *, due_at: dt.datetime | None, trouble: str
) -> None:
    """Lets pieces wait until then; without a time they are given up."""
    connection.execute(
        text("""
            UPDATE gateway.event_batch SET attempts = attempts + 1, due_at = :due_at, trouble = :trouble
             WHERE batch_no = ANY (:numbers)
        """),
        {"numbers": list(numbers), "due_at": due_at, "trouble": trouble},
    )


def listing(connection: Connection, *, limit: int) -> list[Listed]:
    """Pieces that wait or were given up, the oldest first."""
    rows: Any = connection.execute(
        text("""
            SELECT batch_no, source, received_at, attempts, due_at, trouble
              FROM gateway.event_batch ORDER BY batch_no LIMIT :limit
        """),
        {"limit": limit},
    )
    return [Listed(*row) for row in rows]


def revive(connection: Connection, *, now: dt.datetime) -> int:
    """Lets the pieces that were given up be tried again."""
    return connection.execute(
        text("UPDATE gateway.event_batch SET attempts = 0, due_at = :now WHERE due_at IS NULL"), {"now": now}
    ).rowcount


def waiting(connection: Connection) -> tuple[int, dt.datetime | None]:
    """How many pieces wait for their turn, and since when the oldest."""
    found: Any = connection.execute(
        text("SELECT count(*), min(received_at) FROM gateway.event_batch WHERE due_at IS NOT NULL")
    ).one()
    return found[0], found[1]
