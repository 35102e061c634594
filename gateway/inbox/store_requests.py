"""SQL of what shoppers asked a shop to be told."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for a person."""

    request_no: int
    kind: str
    source: str
    record_key: str
    reference: str
    asked_at: dt.datetime


def ask(
    connection: Connection, kind: str, source: str, record_key: str, reference: str, *, now: dt.datetime
) -> None:
    """Notes a request, once."""
    connection.execute(
        text("""
            INSERT INTO gateway.privacy_request (kind, source, record_key, reference, asked_at)
            VALUES (:kind, :source, :record_key, :reference, :now) ON CONFLICT DO NOTHING
        """),
        {"kind": kind, "source": source, "record_key": record_key, "reference": reference, "now": now},
    )


def forget(connection: Connection, keys: Sequence[tuple[str, str]], *, now: dt.datetime) -> None:
    """Takes the shoppers of these records (source, key) out of what was asked. That and when they asked
    stays, as done: there is nothing left to be told.
    """
    connection.execute(
        text("""
            UPDATE gateway.privacy_request r
               SET record_key = 'erased:' || r.request_no, done_at = coalesce(r.done_at, :now)
              FROM unnest(CAST(:sources AS text[]), CAST(:keys AS text[])) AS gone (source, record_key)
             WHERE r.source = gone.source AND r.record_key = gone.record_key
        """),
        {"sources": [source for source, _ in keys], "keys": [key for _, key in keys], "now": now},
    )


def open_ones(connection: Connection, *, limit: int) -> list[Asked]:
    """Requests nobody has met yet, the oldest first."""
    rows: Any = connection.execute(
        text("""
            SELECT request_no, kind, source, record_key, reference, asked_at
              FROM gateway.privacy_request WHERE done_at IS NULL ORDER BY request_no LIMIT :limit
        """),
        {"limit": limit},
    )
    return [Asked(*row) for row in rows]


def close(connection: Connection, request_no: int, *, now: dt.datetime) -> bool:
    """Notes that somebody met a request; False when it was not open."""
    return (
        connection.execute(
            text("""
                UPDATE gateway.privacy_request SET done_at = :now
                 WHERE request_no = :request_no AND done_at IS NULL
            """),
            {"request_no": request_no, "now": now},
        ).rowcount
        == 1
    )
