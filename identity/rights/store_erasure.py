"""What erasing a shopper takes out of the tables, and what stays: numbers, times and kinds, no personal
value.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection


class ErasedRow(NamedTuple):
    """A record that was erased, by the id that answers so."""

    id: UUID
    at: datetime


class SuppressedRow(NamedTuple):
    """A keyed hash on the list of those who were erased."""

    digest: UUID
    erased_at: datetime
    released_at: datetime | None


class NoteRow(NamedTuple):
    """That and why an erasure took place."""

    profile: UUID
    records: int
    reason: str
    at: datetime


def erase_records(connection: Connection, hidden: Mapping[int, str], *, now: datetime) -> None:
    """Marks records as erased and puts fingerprints in place of their keys. They forward nowhere.

    Their generations go on after those that were erased before under the same key: whoever has the key next
    is numbered after the generations that are left.
    """
    connection.exec_driver_sql(
        "update identity.record r set key = h.key, erased_at = %s, changed_at = %s, deleted_at = null,"
        " forward_no = null, batch = null, generation = r.generation + coalesce("
        "(select max(g.generation) from identity.record g where g.source = r.source and g.key = h.key), 0)"
        " from unnest(%s::int8[], %s::text[]) h (record_no, key)"
        " where r.record_no = h.record_no",
        (now, now, list(hidden), list(hidden.values())),
    )


def a_key(connection: Connection, source: str) -> str | None:
    """The key of some record that a source still tells of."""
    found: str | None = connection.exec_driver_sql(
        "select key from identity.record where source = %s and sealed is not null"
        " order by source, key limit 1",
        (source,),
    ).scalar()
    return found


def erase_events(connection: Connection, numbers: Collection[int]) -> None:
    """Empties these records' events: that something happened stays, what it was does not."""
    connection.exec_driver_sql(
        "update identity.event set sealed = null where record_no = any (%s::int8[]) and sealed is not null",
        (list(numbers),),
    )


def erase_mentions(connection: Connection, numbers: Collection[int]) -> None:
    """Forgets which identifiers were seen beside these records."""
    connection.exec_driver_sql(
        "delete from identity.mention where record_no = any (%s::int8[])", (list(numbers),)
    )


def hide_account(connection: Connection, account: int, hidden: int, sealed: Mapping[int, bytes]) -> None:
    """Puts a pseudonym in place of an account in its sign-ins, by device.

    The sign-ins stay, so that what others did on a shared device stays theirs. One that was hidden before and
    was told of again goes.
    """
    connection.exec_driver_sql(
        "delete from identity.sign_in s using identity.sign_in h where s.account = %s and h.account = %s"
        " and h.device = s.device and h.at = s.at",
        (account, hidden),
    )
    connection.exec_driver_sql(
        "update identity.sign_in s set account = %s, sealed = h.sealed"
        " from unnest(%s::int8[], %s::bytea[]) h (device, sealed)"
        " where s.device = h.device and s.account = %s",
        (hidden, list(sealed), list(sealed.values()), account),
    )


def devices_of(connection: Connection, account: int) -> list[int]:
    """The devices on which an account signed in."""
    found = connection.exec_driver_sql(
        "select distinct device from identity.sign_in where account = %s", (account,)
    )
    return list(found.scalars())


def close_reviews(connection: Connection, numbers: Collection[int], *, now: datetime) -> None:
    """Settles whatever review items name these records."""
    connection.exec_driver_sql(
        "update identity.review set state = 'gone', closed_at = %s where state = 'open' and kind <> 'generic'"
        " and (left_no = any (%s::int8[]) or right_no = any (%s::int8[]))",
        (now, list(numbers), list(numbers)),
    )


def forget_reasons(connection: Connection, numbers: Collection[int]) -> None:
    """Empties what stewards wrote about these records, also where they judged again since: that they did
    stays.
    """
    connection.exec_driver_sql(
        "update identity.judgement set reason = '' where reason <> ''"
        " and (left_nos && %s::int8[] or right_nos && %s::int8[])",
        (list(numbers), list(numbers)),
    )


def note(connection: Connection, profile: UUID, records: int, *, reason: str, now: datetime) -> None:
    """Writes down that and why an erasure took place."""
    connection.exec_driver_sql(
        "insert into identity.erasure (profile, records, reason, at) values (%s, %s, %s, %s)",
        (profile, records, reason, now),
    )


def erased(connection: Connection) -> list[ErasedRow]:
    """All records that were erased."""
    found = connection.exec_driver_sql(
        "select id, erased_at from identity.record where erased_at is not null order by erased_at, id"
    )
    return [ErasedRow(*row) for row in found]


def suppressed(connection: Connection) -> list[SuppressedRow]:
    """The list of those who were erased, and who came back."""
    found = connection.exec_driver_sql("select digest, erased_at, released_at from identity.suppression")
    return [SuppressedRow(*row) for row in found]


def notes(connection: Connection) -> list[NoteRow]:
    """All that was written down about erasures."""
    found = connection.exec_driver_sql(
        "select profile, records, reason, at from identity.erasure order by at"
    )
    return [NoteRow(*row) for row in found]


def left_among(connection: Connection, ids: Collection[UUID]) -> dict[UUID, int]:
    """The numbers of those of these records that are there and were not erased."""
    found = connection.exec_driver_sql(
        "select id, record_no from identity.record where id = any (%s::uuid[]) and erased_at is null",
        (list(ids),),
    )
    return {each.id: each.record_no for each in found}


def suppress_as(connection: Connection, rows: Sequence[SuppressedRow]) -> None:
    """Adds to the list what another one says. Of an erasure that both know, who was let back stays so."""
    connection.exec_driver_sql(
        "insert into identity.suppression as s (digest, erased_at, released_at)"
        " select * from unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[])"
        " on conflict (digest) do update set erased_at = excluded.erased_at, released_at ="
        " case when s.erased_at = excluded.erased_at then coalesce(s.released_at, excluded.released_at)"
        " else excluded.released_at end where s.erased_at <= excluded.erased_at",
        tuple(map(list, zip(*rows, strict=True))) or ([], [], []),
    )


def note_as(connection: Connection, rows: Sequence[NoteRow]) -> None:
    """Adds what was written down about erasures elsewhere and is not known here."""
    connection.exec_driver_sql(
        "insert into identity.erasure (profile, records, reason, at)"
        " select n.* from unnest(%s::uuid[], %s::int4[], %s::text[], %s::timestamptz[])"
        " n (profile, records, reason, at) where not exists"
        " (select from identity.erasure e where e.profile = n.profile and e.at = n.at)",
        tuple(map(list, zip(*rows, strict=True))) or ([], [], [], []),
    )


def last_with(connection: Connection, record_no: int) -> tuple[int, ...]:
    """The deleted records that stood together with a deleted one when the last of them was deleted."""
    found = connection.exec_driver_sql(
        "select d.record_no from identity.record r"
        " join identity.record d on coalesce(r.forward_no, r.record_no) in (d.record_no, d.forward_no)"
        " where r.record_no = %s and d.deleted_at is not null order by d.record_no",
        (record_no,),
    )
    return tuple(found.scalars())


def forwarding_among(connection: Connection, numbers: Collection[int]) -> frozenset[int]:
    """Those of these records that forward to a live one."""
    found = connection.exec_driver_sql(
        "select r.record_no from identity.record r join identity.record f on f.record_no = r.forward_no"
        " where r.record_no = any (%s::int8[]) and f.sealed is not null",
        (list(numbers),),
    )
    return frozenset(found.scalars())


def pairs(connection: Connection, numbers: Collection[int]) -> Sequence[tuple[str, str]]:
    """The (source, key) pairs of these records."""
    found = connection.exec_driver_sql(
        "select distinct source, key from identity.record where record_no = any (%s::int8[])"
        " order by source, key",
        (list(numbers),),
    )
    return [(source, key) for source, key in found]


def memberships(connection: Connection, numbers: Collection[int]) -> list[tuple[UUID, datetime, UUID | None]]:
    """Where these records belonged over time: record, since when, to which profile."""
    found = connection.exec_driver_sql(
        "select r.id, m.since, p.id from identity.membership m join identity.record r using (record_no)"
        " left join identity.record p on p.record_no = m.profile_no where m.record_no = any (%s::int8[])"
        " order by m.since, m.membership_no",
        (list(numbers),),
    )
    return [(record, since, profile) for record, since, profile in found]
