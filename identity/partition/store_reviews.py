"""Review items as rows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.engine import Connection


class ReviewRow(NamedTuple):
    """An item; of its two records the id, the profile, and how many records their person has."""

    review_no: int
    kind: str
    reason: str
    left: UUID | None
    right: UUID | None
    detail: dict[str, Any]
    state: str
    opened_at: datetime
    left_profile: UUID | None
    left_records: int | None
    right_profile: UUID | None
    right_records: int | None


_ITEMS: Final = (
    "select v.review_no, v.kind, v.reason, l.id, r.id, v.detail, v.state, v.opened_at,"
    " lp.id, cardinality(coalesce(lp.limit_members, lp.members)),"
    " rp.id, cardinality(coalesce(rp.limit_members, rp.members))"
    " from identity.review v left join identity.record l on l.record_no = v.left_no"
    " left join identity.record r on v.kind = 'match' and r.record_no = v.right_no"
    " left join identity.member lm on lm.record_no = l.record_no"
    " left join identity.profile lp on lp.profile_no = lm.profile_no"
    " left join identity.member rm on rm.record_no = r.record_no"
    " left join identity.profile rp on rp.profile_no = rm.profile_no"
    " where v.state = 'open'"
)


def open_item(
    connection: Connection,
    kind: str,
    left_no: int,
    right_no: int,
    reason: str,
    detail: dict[str, Any],
    *,
    now: datetime,
) -> None:
    """Opens an item unless it is open."""
    connection.exec_driver_sql(
        "insert into identity.review (kind, left_no, right_no, reason, detail, state, opened_at)"
        " values (%s, %s, %s, %s, %s::jsonb, 'open', %s)"
        " on conflict (left_no, right_no, kind) where state = 'open' do nothing",
        (kind, left_no, right_no, reason, orjson.dumps(detail).decode(), now),
    )


def close_keys(connection: Connection, digests: Collection[int], *, now: datetime) -> None:
    """Settles the items about keys that say something again, or that nobody shows any more."""
    if not digests:
        return
    connection.exec_driver_sql(
        "update identity.review set state = 'gone', closed_at = %s"
        " where right_no = any (%s::int8[]) and kind = 'generic' and state = 'open'",
        (now, list(digests)),
    )


def keys_among(connection: Connection, digests: Collection[int]) -> set[int]:
    """Those of these keys about which there is an item, open or decided."""
    found = connection.exec_driver_sql(
        "select right_no from identity.review"
        " where right_no = any (%s::int8[]) and kind = 'generic' and state <> 'gone'",
        (list(digests),),
    )
    return set(found.scalars())


def page(connection: Connection, *, after: int, limit: int, kinds: Sequence[str]) -> list[ReviewRow]:
    """Open items with the ids of their records and what those belong to."""
    found = connection.exec_driver_sql(
        f"{_ITEMS} and v.review_no > %s and (%s or v.kind = any (%s::text[])) order by v.review_no limit %s",
        (after, not kinds, list(kinds), limit),
    )
    return [ReviewRow(*row) for row in found]


def find(connection: Connection, review_no: int) -> ReviewRow | None:
    """An open item. It is not locked: items are written under the locks of the pieces they are about."""
    found = connection.exec_driver_sql(f"{_ITEMS} and v.review_no = %s", (review_no,)).one_or_none()
    return None if found is None else ReviewRow(*found)


def close(connection: Connection, review_no: int, *, author: str, now: datetime) -> None:
    """Marks an item as decided by somebody."""
    connection.exec_driver_sql(
        "update identity.review set state = 'decided', closed_at = %s, closed_by = %s where review_no = %s",
        (now, author, review_no),
    )
