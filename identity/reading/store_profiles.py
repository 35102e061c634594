"""Profiles and their records as they are read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection


class HeadRow(NamedTuple):
    """A profile head as stored."""

    profile_no: int
    id: UUID
    person_no: int
    members: list[int]
    limit_members: list[int] | None
    channel: str | None
    personal: bool
    staff: bool
    tier: str | None


class RecordRow(NamedTuple):
    """A live record as stored, with its profile."""

    record_no: int
    id: UUID
    source: str
    key: str
    generation: int
    channel: str
    stub: bool
    sealed: memoryview
    observed_at: datetime
    created_at: datetime
    changed_at: datetime
    profile: UUID


class Asked(NamedTuple):
    """What a record id that somebody asks for has become."""

    record_no: int
    is_live: bool
    is_erased: bool
    forward_no: int | None


def asked(connection: Connection, record_id: UUID) -> Asked | None:
    """What has become of a record id; None when it was never given out. It forwards to whoever is live."""
    found = connection.exec_driver_sql(
        "select r.record_no, r.sealed is not null, r.erased_at is not null, f.record_no"
        " from identity.record r"
        " left join identity.record f on f.record_no = r.forward_no and f.sealed is not null where r.id = %s",
        (record_id,),
    ).one_or_none()
    return None if found is None else Asked(*found)


def head_of_record(connection: Connection, record_no: int) -> HeadRow | None:
    """The head of the profile that a live record belongs to."""
    found = connection.exec_driver_sql(
        "select p.* from identity.member m join identity.profile p on p.profile_no = m.profile_no"
        " where m.record_no = %s",
        (record_no,),
    ).one_or_none()
    return None if found is None else HeadRow(*found)


def heads_of_records(connection: Connection, numbers: Collection[int]) -> list[HeadRow]:
    """The heads of the profiles that live records belong to, each once."""
    found = connection.exec_driver_sql(
        "select p.* from identity.profile p where p.profile_no in"
        " (select m.profile_no from identity.member m where m.record_no = any (%s::int8[]))"
        " order by p.profile_no desc",
        (list(numbers),),
    )
    return [HeadRow(*row) for row in found]


def records(connection: Connection, numbers: Collection[int]) -> list[RecordRow]:
    """These live records, oldest first."""
    found = connection.exec_driver_sql(
        "select r.record_no, r.id, r.source, r.key, r.generation, r.channel, r.stub, r.sealed, r.observed_at,"
        " r.created_at, r.changed_at, p.id from identity.record r"
        " join identity.member m on m.record_no = r.record_no"
        " join identity.profile p on p.profile_no = m.profile_no"
        " where r.record_no = any (%s::int8[]) and r.sealed is not null order by r.id",
        (list(numbers),),
    )
    return [RecordRow(*row) for row in found]


def numbers_of(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The numbers of those of these record ids that are live."""
    found = connection.exec_driver_sql(
        "select id, record_no from identity.record where id = any (%s::uuid[]) and sealed is not null",
        (list(ids),),
    )
    return dict(map(tuple, found))


def live_ids(connection: Connection, numbers: Collection[int]) -> dict[int, UUID]:
    """The ids of those of these records that are live."""
    found = connection.exec_driver_sql(
        "select record_no, id from identity.record where record_no = any (%s::int8[]) and sealed is not null",
        (list(numbers),),
    )
    return dict(map(tuple, found))
