"""Reads and writes segments and traits, and how far the sweep has come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from psycopg2.extras import execute_values
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from offers.model import Traits
from offers.store_driver import driver_cursor
from offers.tables import segment, segment_change, sweep, trait


class Stored(NamedTuple):
    """A segment as it is stored."""

    segment_no: int
    id: str
    content: Mapping[str, object]
    is_live: bool
    changed_at: datetime


class Change(NamedTuple):
    """Who did what to a segment, and when."""

    action: str
    content: Mapping[str, object] | None
    author: str
    at: datetime


_COLUMNS = tuple(segment.c[name] for name in Stored._fields)


def put(connection: Connection, segment_id: str, content: Mapping[str, object], *, at: datetime) -> int:
    """Write a segment, live; return its number."""
    values = {"content": content, "is_live": True, "changed_at": at}
    number: int = connection.execute(
        upsert(segment)
        .values(id=segment_id, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values)
        .returning(segment.c.segment_no)
    ).scalar_one()
    return number


def end(connection: Connection, segment_no: int, *, at: datetime) -> None:
    """Let a segment fill no more."""
    connection.execute(
        update(segment).where(segment.c.segment_no == segment_no).values(is_live=False, changed_at=at)
    )


def add_change(connection: Connection, segment_no: int, change: Change) -> None:
    """Remember who did what."""
    connection.execute(insert(segment_change).values(segment_no=segment_no, **change._asdict()))


def changes(connection: Connection, segment_no: int) -> tuple[Change, ...]:
    """What was done to a segment, oldest first."""
    columns = [segment_change.c[name] for name in Change._fields]
    query = select(*columns).where(segment_change.c.segment_no == segment_no)
    return tuple(Change(*row) for row in connection.execute(query.order_by(segment_change.c.change_no)))


def read(connection: Connection, segment_id: str) -> Stored | None:
    """The segment of this id."""
    row = connection.execute(select(*_COLUMNS).where(segment.c.id == segment_id)).one_or_none()
    return Stored(*row) if row is not None else None


def every(connection: Connection) -> tuple[Stored, ...]:
    """The live segments, in the order of their ids."""
    return tuple(
        Stored(*row)
        for row in connection.execute(select(*_COLUMNS).where(segment.c.is_live).order_by(segment.c.id))
    )


def size(connection: Connection, segment_id: str) -> int:
    """How many profiles belong to a segment, as far as the sweep has come."""
    found: int = connection.execute(
        select(func.count()).select_from(trait).where(trait.c.segments.contains([segment_id]))
    ).scalar_one()
    return found


def take_sweep(connection: Connection) -> int | None:
    """The record after which the sweep goes on, locked; None while another worker is at it."""
    connection.execute(upsert(sweep).values(single=True).on_conflict_do_nothing())
    found: int | None = connection.execute(
        select(sweep.c.after_no).with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    return found


def move_sweep(connection: Connection, after_no: int, *, finished_at: datetime | None) -> None:
    """Say how far the sweep has come; at the end it begins anew."""
    values: dict[str, Any] = {"after_no": after_no}
    if finished_at is not None:
        values["finished_at"] = finished_at
    connection.execute(update(sweep).values(values))


_SAVE = """
    INSERT INTO offers.trait AS t
           (record_no, segments, region, attributes, consents, last_visit_at_s, events, filled_at)
    VALUES %s
        ON CONFLICT (record_no) DO UPDATE
       SET segments = excluded.segments, region = excluded.region, attributes = excluded.attributes,
           consents = excluded.consents, last_visit_at_s = excluded.last_visit_at_s,
           events = excluded.events, filled_at = excluded.filled_at
"""


def save(connection: Connection, traits: Mapping[int, Traits], *, at: datetime) -> None:
    """Write the traits of profiles, by the number of their oldest record."""
    rows = [
        (
            number,
            sorted(one.segments),
            one.region,
            orjson.dumps(dict(one.attributes)).decode(),
            sorted(one.consents),
            one.last_visit_at_s,
            orjson.dumps(dict(one.events)).decode(),
            at,
        )
        for number, one in traits.items()
    ]
    if rows:
        with driver_cursor(connection) as cursor:
            execute_values(
                cursor, _SAVE, rows, template="(%s, %s::text[], %s, %s::jsonb, %s::text[], %s, %s::jsonb, %s)"
            )


_READ = text("""
    SELECT segments, region, attributes, consents, last_visit_at_s, events
      FROM offers.trait WHERE record_no = :record_no
""")


def traits_of(connection: Connection, record_no: int) -> Traits | None:
    """The traits of the profile whose oldest record this is."""
    row = connection.execute(_READ, {"record_no": record_no}).one_or_none()
    if row is None:
        return None
    return Traits(
        segments=frozenset(row.segments),
        region=row.region,
        attributes=row.attributes,
        consents=frozenset(row.consents),
        last_visit_at_s=row.last_visit_at_s,
        events=row.events,
    )


def give_up(connection: Connection, *, most: int) -> int:
    """Delete traits, and let the next sweep begin anew; return how many there were."""
    some = select(trait.c.record_no).limit(most).with_for_update(skip_locked=True)
    gone = connection.execute(trait.delete().where(trait.c.record_no.in_(some))).rowcount
    if gone:
        connection.execute(update(sweep).values(after_no=0))
    return gone


def forget(connection: Connection, record_nos: Iterable[int]) -> None:
    """Delete the traits of these records."""
    numbers: Sequence[int] = list(record_nos)
    connection.execute(trait.delete().where(trait.c.record_no.in_(numbers)))
