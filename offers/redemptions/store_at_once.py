"""The statement of a commit at once, and whether it did anything: see `sql/book.sql`.

Whoever executes them also commits between the two, so they are handed over as text with their values.
"""

from collections.abc import Sequence
from typing import Any, Final

from offers.redemptions import ledger
from offers.redemptions.at_once import Plan
from offers.redemptions.store_redemptions import asked
from offers.store_driver import arrays

BOOK_TYPES: Final = (
    "bigint, uuid, bigint, text, date, text, integer, uuid, bigint, text[], text, timestamptz, timestamptz, "
    "timestamptz, bigint[], bigint[], jsonb, bytea, json"
)
BOOK: Final = """
    SELECT offers.book({may}, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                       $19)
"""
"""`may` is an expression: whether the caller may still do this, asked in the same breath. Its parameters
follow.
"""

BOOKED: Final = "offers.redemption WHERE id = $1"
"""The redemption that was made, to be selected from; no row: `BOOK` did nothing."""


def values(plan: Plan) -> Sequence[Any]:
    """The parameters of `BOOK`."""
    step = plan.step
    key = step.key
    money: dict[int, int] = {}
    for wish in plan.wishes:
        money[wish.campaign_no] = money.get(wish.campaign_no, 0) + wish.asked_minor
    return (
        plan.catalogue,
        str(plan.answer.id),
        step.store_no,
        key.terminal,
        key.business_day,
        key.number,
        step.revision,
        str(plan.answer.decision) if plan.answer.decision is not None else None,
        plan.record_no,
        list(plan.answer.flags),
        plan.currency,
        step.happened_at,
        step.now,
        plan.counts_at,
        *arrays((list(money), list(money.values()))),
        asked(plan.wishes),
        step.digest,
        ledger.kept(plan.answer),
    )
