"""What a steward should look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import Effect, ReviewView
from identity.context import Context
from identity.errors import UnknownReviewError
from identity.model import Verdict
from identity.partition import store_reviews
from identity.partition.store_reviews import ReviewRow
from identity.reading import readers, store_profiles
from identity.stewardship import steward

VERDICTS: Final = ("same", "different", "dismiss")
LIMIT_MAX: Final = 500


def open_items(
    connection: Connection, *, after: int = 0, limit: int = 50, kinds: Sequence[str] = ()
) -> tuple[ReviewView, ...]:
    """Open items in the order they came up, after the item numbered `after`."""
    rows = store_reviews.page(connection, after=after, limit=min(limit, LIMIT_MAX), kinds=kinds)
    return tuple(_view(row) for row in rows)


def decide(
    connection: Connection,
    ctx: Context,
    review_no: int,
    verdict: str,
    *,
    reason: str,
    author: str,
    now: datetime,
) -> ReviewView:
    """Closes an item: same and different become a judgement, dismiss only closes it.

    Same is said of the two persons, as `effect` told it; different of the two records that met.

    Raises UnknownReviewError, also when the item is not about two records and dismiss was not the verdict.
    """
    row = store_reviews.find(connection, review_no)
    if row is None or verdict not in VERDICTS:
        raise UnknownReviewError
    item = _view(row)
    if verdict != "dismiss":
        if item.left is None or item.right is None:
            raise UnknownReviewError("This item is not about two records; it can only be dismissed.")
        left, right = [item.left], [item.right]
        if verdict == Verdict.SAME:
            left, right = _persons(connection, item.left, item.right)
        steward.judge(
            connection,
            ctx,
            left,
            right,
            Verdict(verdict),
            reason=reason,
            author=author,
            now=now,
        )
    store_reviews.close(connection, review_no, author=author, now=now)
    return item


def _persons(connection: Connection, left: UUID, right: UUID) -> tuple[list[UUID], list[UUID]]:
    """All records of the two persons: one judged alone would go to the other person before its own group
    forms, and leave behind whoever may not follow. Of persons too large for a judgement the two alone.
    """
    sides = [
        list(store_profiles.live_ids(connection, readers.person_of(readers.head(connection, end))).values())
        for end in (left, right)
    ]
    if max(map(len, sides)) > steward.RECORDS_MAX or not set(sides[0]).isdisjoint(sides[1]):
        return [left], [right]
    return sides[0], sides[1]


def _view(row: ReviewRow) -> ReviewView:
    return ReviewView(
        row.review_no,
        row.kind,
        row.reason,
        row.left,
        row.right,
        row.detail,
        row.state,
        row.opened_at,
        _effect(row),
    )


def _effect(row: ReviewRow) -> Effect | None:
    if row.left_profile is None or row.right_profile is None:
        return None
    return Effect(
        tuple(sorted({row.left_profile, row.right_profile})), row.left_records or 0, row.right_records or 0
    )
