"""Events as rows: appended once, paged newest first, moved only with a journal entry."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection

from identity import driver
from identity.driver import array


class Place(NamedTuple):
    """Where an event stands: newest first means descending order of this."""

    occurred_at: datetime
    event_no: int


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as it is to be written."""

    place: Place
    record_no: int
    kind: str
    channel: str
    source: str
    proof: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it was read."""

    place: Place
    record_no: int
    record: UUID
    kind: str
    channel: str
    source: str
    received_at: datetime
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events of some records a page may hold. `since` is included, `until` is not."""

    kinds: tuple[str, ...] = ()
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Place | None = None


def numbers(connection: Connection, count: int) -> list[int]:
    """So many fresh event numbers."""
    found: list[int] = driver.value(
        connection,
        "select array(select nextval('identity.event_no') from generate_series(1, %s))",
        (count,),
    )
    return found


def receipts(connection: Connection, digests: Sequence[UUID]) -> dict[UUID, Place]:
    """Where the events of these messages stand, as far as they are known."""
    if not digests:
        return {}
    rows = driver.rows(
        connection,
        "select digest, occurred_at, event_no from identity.event_receipt where digest = any (%s::uuid[])",
        (array(digests),),
    )
    return {digest: Place(at, event_no) for digest, at, event_no in rows}


def claim(
    connection: Connection, wanted: Sequence[tuple[UUID, Place]]
) -> tuple[set[UUID], dict[UUID, Place]]:
    """Takes receipts, in a fixed order so that two writers of the same messages cannot block each other for
    ever.

    Returns those that are ours now, and where the event of each of the others stands.
    """
    if not wanted:
        return set(), {}
    ordered = sorted(wanted)
    taken = driver.rows(
        connection,
        "insert into identity.event_receipt (digest, occurred_at, event_no)"
        " select * from unnest(%s::uuid[], %s::timestamptz[], %s::int8[]) on conflict (digest) do nothing"
        " returning event_no",
        (
            array(digest for digest, _ in ordered),
            array(place.occurred_at.isoformat() for _, place in ordered),
            array(place.event_no for _, place in ordered),
        ),
    )
    written = {event_no for (event_no,) in taken}
    ours = {digest for digest, place in ordered if place.event_no in written}
    return ours, receipts(connection, [digest for digest, _ in ordered if digest not in ours])


def owners(connection: Connection, places: Collection[Place]) -> dict[Place, int]:
    """The records that these events belong to."""
    if not places:
        return {}
    rows = connection.exec_driver_sql(
        "select e.occurred_at, e.event_no, e.record_no from unnest(%s::timestamptz[], %s::int8[])"
        " asked (occurred_at, event_no) join identity.event e using (occurred_at, event_no)",
        ([place.occurred_at for place in places], [place.event_no for place in places]),
    )
    return {Place(at, event_no): record_no for at, event_no, record_no in rows}


def live_owners(connection: Connection, places: Collection[Place]) -> dict[Place, int]:
    """The records that these events belong to, without those whose shopper was erased."""
    found = owners(connection, places)
    if not found:
        return {}
    live = connection.exec_driver_sql(
        "select record_no from identity.record where record_no = any (%s::int8[]) and erased_at is null",
        (sorted(set(found.values())),),
    )
    kept = set(live.scalars())
    return {place: record_no for place, record_no in found.items() if record_no in kept}


def make_months(connection: Connection, months: Iterable[date]) -> None:
    """Makes the partitions of these months (their first days), in order."""
    for month in sorted(set(months)):
        connection.exec_driver_sql("select identity.event_month(%s::date)", (month,))


def insert(connection: Connection, events: Sequence[NewEvent], *, now: datetime) -> None:
    """Writes events, all in one statement."""
    driver.rows(
        connection,
        "insert into identity.event"
        " (occurred_at, event_no, record_no, kind, channel, source, proof, sealed, received_at)"
        " select at, event_no, record_no, kind, channel, source, proof, decode(sealed, 'hex'), %s"
        " from unnest(%s::timestamptz[], %s::int8[], %s::int8[], %s::text[], %s::text[], %s::text[],"
        " %s::int2[], %s::text[]) new (at, event_no, record_no, kind, channel, source, proof, sealed)",
        (
            now,
            array(each.place.occurred_at.isoformat() for each in events),
            array(each.place.event_no for each in events),
            array(each.record_no for each in events),
            [each.kind for each in events],
            [each.channel for each in events],
            [each.source for each in events],
            array(each.proof for each in events),
            array(each.sealed.hex() for each in events),
        ),
    )


def page(connection: Connection, records: Sequence[int], wanted: Filter, limit: int) -> list[StoredEvent]:
    """Events of these records, newest first.

    One descending walk of the index per record, merged: the cost follows the page, not the length of a
    history.
    """
    rows = connection.exec_driver_sql(
        "select e.* from unnest(%(records)s::int8[]) asked (record_no) cross join lateral ("
        "  select e.occurred_at, e.event_no, e.record_no, r.id, e.kind, e.channel, e.source,"
        " e.received_at, e.sealed"
        "  from identity.event e join identity.record r on r.record_no = e.record_no"
        "  where e.record_no = asked.record_no"
        "  and (%(kinds)s::text[] = '{}' or e.kind = any (%(kinds)s::text[]))"
        "  and (%(channel)s::text is null or e.channel = %(channel)s)"
        "  and e.occurred_at >= coalesce(%(since)s::timestamptz, '-infinity')"
        "  and e.occurred_at < coalesce(%(until)s::timestamptz, 'infinity')"
        "  and e.occurred_at <= coalesce(%(before)s::timestamptz, 'infinity')"
        "  and (%(before)s::timestamptz is null or (e.occurred_at, e.event_no) < (%(before)s, %(before_no)s))"
        "  order by e.occurred_at desc, e.event_no desc limit %(limit)s"
        ") e order by e.occurred_at desc, e.event_no desc limit %(limit)s",
        {
            "records": list(records),
            "kinds": list(wanted.kinds),
            "channel": wanted.channel,
            "since": wanted.since,
            "until": wanted.until,
            "before": wanted.before and wanted.before.occurred_at,
            "before_no": wanted.before and wanted.before.event_no,
            "limit": limit,
        },
    )
    return [_stored(row) for row in rows]


def of_records(connection: Connection, records: Sequence[int]) -> list[StoredEvent]:
    """All events of these records, oldest first: for browsers, whose records are short."""
    rows = connection.exec_driver_sql(
        "select e.occurred_at, e.event_no, e.record_no, r.id, e.kind, e.channel, e.source,"
        " e.received_at, e.sealed"
        " from identity.event e join identity.record r on r.record_no = e.record_no"
        " where e.record_no = any (%s::int8[]) order by e.occurred_at, e.event_no",
        (list(records),),
    )
    return [_stored(row) for row in rows]


def move(
    connection: Connection, moves: Sequence[tuple[Place, int, int]], *, cause: str, now: datetime
) -> None:
    """Gives events, each (place, from, to), another owner and journals it, so that it can be taken back."""
    connection.exec_driver_sql(
        "with asked as ("
        "  select * from unnest(%s::timestamptz[], %s::int8[], %s::int8[], %s::int8[])"
        "  asked (occurred_at, event_no, from_no, to_no)"
        "), moved as ("
        "  update identity.event e set record_no = asked.to_no from asked"
        "  where e.occurred_at = asked.occurred_at and e.event_no = asked.event_no and e.record_no ="
        " asked.from_no"
        "  returning e.occurred_at, e.event_no, asked.from_no, asked.to_no"
        ") insert into identity.event_move (occurred_at, event_no, from_no, to_no, cause, moved_at)"
        " select m.*, %s, %s from moved m",
        (
            [place.occurred_at for place, _, _ in moves],
            [place.event_no for place, _, _ in moves],
            [from_no for _, from_no, _ in moves],
            [to_no for _, _, to_no in moves],
            cause,
            now,
        ),
    )


def _stored(row: Sequence[Any]) -> StoredEvent:
    at, event_no, record_no, record, kind, channel, source, received_at, sealed = row
    place = Place(at, event_no)
    return StoredEvent(place, record_no, record, kind, channel, source, received_at, sealed and bytes(sealed))
