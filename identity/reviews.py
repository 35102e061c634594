"""What a steward should look at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.answers import ReviewView
from identity.context import Context


def open_items(
    connection: Connection, *, after: int = 0, limit: int = 50, kinds: Sequence[str] = ()
) -> tuple[ReviewView, ...]:
    """Open items in the order they came up, after the item numbered `after`."""
    raise NotImplementedError


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

    Raises UnknownReviewError.
    """
    raise NotImplementedError
