"""Statements as rows."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection


class ConsentRow(NamedTuple):
    """A statement as stored, with the record it came with."""

    record: UUID
    source: str
    purpose: str
    granted: bool
    at: datetime
    proof: int
    sealed: memoryview | None
    received_at: datetime


def of_records(connection: Connection, numbers: Collection[int]) -> list[ConsentRow]:
    """The statements of these records as far as they are live, newest first."""
    found = connection.exec_driver_sql(
        "select r.id, r.source, c.purpose, c.granted, c.at, c.proof, c.sealed, c.received_at"
        " from identity.consent c join identity.record r on r.record_no = c.record_no"
        " where c.record_no = any (%s::int8[]) and r.sealed is not null"
        " order by least(c.at, c.received_at) desc, c.granted, c.consent_no desc",
        (list(numbers),),
    )
    return [ConsentRow(*row) for row in found]


def forget(connection: Connection, numbers: Collection[int]) -> None:
    """Erases the evidence of these records' statements; that they were made stays on record."""
    connection.exec_driver_sql(
        "update identity.consent set sealed = null where record_no = any (%s::int8[]) and sealed is not null",
        (list(numbers),),
    )
