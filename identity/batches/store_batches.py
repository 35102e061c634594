"""Batches as rows, and what their records said before."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection


class Batch(NamedTuple):
    """A delivery; `records` is how many it still answers for."""

    batch_no: int
    name: str
    author: str
    opened_at: datetime
    rolled_back_at: datetime | None
    rolled_back_by: str | None
    records: int


class Member(NamedTuple):
    """A record that a batch answers for."""

    batch: str
    record_no: int
    source: str
    key: str


class Replaced(NamedTuple):
    """What a record said before a batch changed it."""

    stub: bool
    content: UUID | None
    sealed: bytes
    batch_before: str | None
    observed_at: datetime


def begin(connection: Connection, name: str, *, author: str, now: datetime) -> bool:
    """Writes a batch down unless it is known; False when it was rolled back.

    Until the transaction ends nobody rolls it back, so that no record is missed that comes within.
    """
    connection.exec_driver_sql(
        "insert into identity.batch (name, author, opened_at) values (%s, %s, %s)"
        " on conflict (name) do nothing",
        (name, author, now),
    )
    standing: bool = connection.exec_driver_sql(
        "select rolled_back_at is null from identity.batch where name = %s for share", (name,)
    ).scalar_one()
    return standing


def listed(connection: Connection, *, limit: int) -> list[Batch]:
    """The newest batches."""
    found = connection.exec_driver_sql(
        "select b.*, (select count(*) from identity.record r where r.batch = b.name and r.sealed is not null)"
        " from identity.batch b order by b.batch_no desc limit %s",
        (limit,),
    )
    return [Batch(*row) for row in found]


def find(connection: Connection, name: str) -> Batch | None:
    """One batch by its name."""
    found = connection.exec_driver_sql(
        "select b.*, (select count(*) from identity.record r where r.batch = b.name and r.sealed is not null)"
        " from identity.batch b where b.name = %s",
        (name,),
    ).one_or_none()
    return None if found is None else Batch(*found)


def mark(connection: Connection, name: str, *, author: str, now: datetime) -> int | None:
    """Writes down that a batch is to be rolled back; its number unless that was done before."""
    number: int | None = connection.exec_driver_sql(
        "update identity.batch set rolled_back_at = %s, rolled_back_by = %s"
        " where name = %s and rolled_back_at is null returning batch_no",
        (now, author, name),
    ).scalar_one_or_none()
    return number


def next_record(connection: Connection, batch_no: int) -> Member | None:
    """A record that a batch still answers for; of several generations of one key the newest."""
    found = connection.exec_driver_sql(
        "select b.name, n.record_no, r.source, r.key from identity.batch b"
        " join identity.record r on r.batch = b.name"
        " cross join lateral (select g.record_no from identity.record g"
        "  where g.source = r.source and g.key = r.key and g.batch = b.name"
        "  order by g.generation desc limit 1) n"
        " where b.batch_no = %s limit 1",
        (batch_no,),
    ).one_or_none()
    return None if found is None else Member(*found)


def replaced(connection: Connection, batch: str, record_no: int) -> Replaced | None:
    """What a record said before a batch changed it, None when the batch brought it."""
    found = connection.exec_driver_sql(
        "delete from identity.replaced where batch = %s and record_no = %s"
        " returning stub, content, sealed, batch_before, observed_at",
        (batch, record_no),
    ).one_or_none()
    if found is None:
        return None
    stub, content, sealed, batch_before, observed_at = found
    return Replaced(stub, content, bytes(sealed), batch_before, observed_at)


def leave(connection: Connection, record_no: int) -> None:
    """Says that no batch answers for a record."""
    return_to(connection, record_no, None)


def return_to(connection: Connection, record_no: int, batch: str | None) -> None:
    """Says which batch answers for a record again."""
    connection.exec_driver_sql(
        "update identity.record set batch = %s where record_no = %s", (batch, record_no)
    )


def give_key_back(connection: Connection, record_no: int) -> None:
    """Leaves the key of a record that was taken away to the generation before it, where that one lives."""
    connection.exec_driver_sql(
        "update identity.record r set key = 'taken back:' || r.record_no where r.record_no = %s and exists"
        " (select from identity.record g where g.source = r.source and g.key = r.key"
        "  and g.generation < r.generation and g.sealed is not null)",
        (record_no,),
    )


def forget(connection: Connection, numbers: list[int]) -> None:
    """Forgets what erased records said before batches changed them."""
    connection.exec_driver_sql("delete from identity.replaced where record_no = any (%s::int8[])", (numbers,))
