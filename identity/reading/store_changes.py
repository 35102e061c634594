"""The change feed as rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection


def numbered(connection: Connection, *, after: int, limit: int) -> list[tuple[int, str, UUID, Any, datetime]]:
    """Changes that have a position, after one, in order."""
    rows = connection.exec_driver_sql(
        "select position, kind, profile, body, at from identity.change where position > %s order by"
        " position limit %s",
        (after, limit),
    )
    return [(position, kind, profile, body, at) for position, kind, profile, body, at in rows]


def give_positions(connection: Connection, *, limit: int) -> int:
    """Numbers changes of finished transactions, in the order in which they were written, unless somebody else
    is numbering; returns how many.

    Of two that touch the same profile the later one was written after the earlier one had ended, for it
    waited for its locks: whoever sees it sees both. The counter's row lock is taken in a statement of its
    own, so that the next one sees what the last numberer committed.
    """
    held = connection.exec_driver_sql(
        "select position from identity.feed where feed_no = 1 for update skip locked"
    ).one_or_none()
    if held is None:
        return 0
    count: int = connection.exec_driver_sql(
        "with oldest as ("
        "  select seq, row_number() over (order by seq) as nth from ("
        "    select seq from identity.change where position is null order by seq limit %s"
        "  ) waiting"
        "), positioned as ("
        "  update identity.change c set position = %s + oldest.nth from oldest where c.seq = oldest.seq"
        "  returning 1"
        "), counted as (select count(*) as so_many from positioned), advanced as ("
        "  update identity.feed set position = position + so_many from counted where feed_no = 1 and"
        " so_many > 0"
        ") select so_many from counted",
        (limit, held[0]),
    ).scalar_one()
    return count


def owner_at(connection: Connection, record: UUID, at: datetime) -> UUID | None:
    """The id of the profile that the membership history gives a record at a time."""
    found: UUID | None = connection.exec_driver_sql(
        "select owner.id from identity.record r"
        " cross join lateral ("
        "  select m.profile_no from identity.membership m where m.record_no = r.record_no and m.since <= %s"
        "  order by m.membership_no desc limit 1"
        " ) m join identity.record owner on owner.record_no = m.profile_no where r.id = %s",
        (at, str(record)),
    ).scalar_one_or_none()
    return found


def owned_at(connection: Connection, profile: UUID, at: datetime) -> list[UUID]:
    """The records that belonged to a profile at a time, oldest first."""
    found = connection.exec_driver_sql(
        "select r.id from identity.record o"
        " cross join lateral (select distinct m.record_no from identity.membership m"
        "  where m.profile_no = o.record_no) once"
        " cross join lateral ("
        "  select m.profile_no from identity.membership m"
        "  where m.record_no = once.record_no and m.since <= %s"
        "  order by m.membership_no desc limit 1"
        " ) then_owned"
        " join identity.record r on r.record_no = once.record_no"
        " where o.id = %s and then_owned.profile_no = o.record_no order by r.id",
        (at, str(profile)),
    )
    return list(found.scalars())
