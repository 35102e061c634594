"""What the retailer's systems send about a household, ready for the door: plain values that another process
may deliver.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.demo import sent
from gateway.demo.lives import Life
from gateway.demo.shop import Shop
from identity.submission import Submission


@dataclass(frozen=True, slots=True)
class Letters:
    """Records, online messages and receipts of a household, in the order in which they are delivered."""

    submissions: Sequence[Submission]
    messages: Sequence[dict[str, Any]]
    receipts: Sequence[dict[str, Any]]


def letters(life: Life, shop: Shop) -> Letters:
    """The letters about a household."""
    return Letters(
        [sent.submission(row) for row in life.rows],
        [sent.message(visit) for visit in life.visits],
        [sent.sale(basket, patron, shop) for basket, patron in life.sales],
    )
