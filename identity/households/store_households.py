"""Households as rows: records that share the digest of surname and address."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection


class Living(NamedTuple):
    """The profiles under one digest, and how many persons they are; both stop at a limit."""

    digest: int
    profiles: list[UUID]
    persons: int


def around(connection: Connection, numbers: Collection[int], *, most: int) -> list[Living]:
    """Who lives with the people of these records, a row for each of their addresses with a surname."""
    found = connection.exec_driver_sql(
        "select own.household, array_agg(distinct p.id), count(distinct p.person_no)"
        " from (select distinct household from identity.record"
        "  where record_no = any (%s::int8[]) and household is not null) own"
        " cross join lateral (select r.record_no from identity.record r"
        "  where r.household = own.household and r.sealed is not null limit %s) living"
        " join identity.member m on m.record_no = living.record_no"
        " join identity.profile p on p.profile_no = m.profile_no"
        " group by own.household order by own.household",
        (list(numbers), most * 20),
    )
    return [Living(*row) for row in found]
