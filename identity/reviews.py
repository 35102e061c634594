"""What a steward should look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.engine import Connection

from identity import steward, store_reviews
from identity.answers import ReviewView
from identity.context import Context
from identity.errors import UnknownReviewError
from identity.model import Verdict

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

    Raises UnknownReviewError, also when the item is not about two records and dismiss was not the verdict.
    """
    row = store_reviews.find(connection, review_no)
    if row is None or verdict not in VERDICTS:
        raise UnknownReviewError
    item = _view(row)
    if verdict != "dismiss" and (item.left is None or item.right is None):
        raise UnknownReviewError("This item is not about two records; it can only be dismissed.")
    if verdict != "dismiss" and item.left is not None and item.right is not None:
        steward.judge(
            connection,
            ctx,
            [item.left],
            [item.right],
            Verdict(verdict),
            reason=reason,
            author=author,
            now=now,
        )
    store_reviews.close(connection, review_no, author=author, now=now)
    return item


def _view(row: Sequence[Any]) -> ReviewView:
    number, kind, reason, left, right, detail, state, opened_at = row[:8]
    return ReviewView(number, kind, reason, left, right, detail, state, opened_at)
