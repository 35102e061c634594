"""Reads profiles one after the other, and when things last happened to them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.reading.store_profiles import HeadRow


def heads_after(connection: Connection, after: int, limit: int) -> list[HeadRow]:
    """The heads after a number, in order."""
    found = connection.exec_driver_sql(
        "select p.* from identity.profile p where p.profile_no > %s order by p.profile_no limit %s",
        (after, limit),
    )
    return [HeadRow(*row) for row in found]


def newest_events(connection: Connection, members: Collection[int]) -> dict[str, datetime]:
    """The newest instant of each kind of event of these records."""
    found = connection.exec_driver_sql(
        "select e.kind, max(e.occurred_at) from identity.event e where e.record_no = any (%s::int8[])"
        " group by e.kind",
        (list(members),),
    )
    return {row[0]: row[1] for row in found}
