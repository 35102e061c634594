"""What is due for goods that come back.

`prorated`: every line's own share of what was paid for it. `clawback`: what was paid, less what the goods
that are kept would have cost by themselves, so that a threshold cannot be bought and handed back.

Invariant: in all, a refund is never below zero, never above what was paid for what came back, and bringing
everything back returns everything. Shares are cumulative: however often a line is split, they sum to the
whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from offers.money import half_up, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A line as it was sold. `off_minor` is what offers took off `amount_minor`."""

    line: str
    quantity_milli: int
    amount_minor: int
    off_minor: int = 0

    @property
    def paid_minor(self) -> int:
        """What was paid for the whole line."""
        return max(0, self.amount_minor - self.off_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came back of a line before and comes back now, and what was refunded for it before."""

    line: str
    before_milli: int
    now_milli: int
    refunded_minor: int = 0

    @property
    def in_all_milli(self) -> int:
        """How much has come back when this has."""
        return self.before_milli + self.now_milli


def share(amount: int, part_milli: int, whole_milli: int) -> int:
    """The part's share of an amount; the whole's share is all of it."""
    return half_up(amount * min(part_milli, whole_milli), whole_milli)


def prorated(sold: Mapping[str, Sold], brought: Sequence[Brought]) -> dict[str, int]:
    """What is due now for each line that comes back, each by itself."""
    return {one.line: max(0, _worth(sold[one.line], one) - one.refunded_minor) for one in brought}


def clawback(sold: Mapping[str, Sold], brought: Sequence[Brought], *, kept_minor: int) -> dict[str, int]:
    """What is due now, spread over what comes back now. `brought` names every line of which anything ever
    came back; `kept_minor` is what the goods that stay would have cost by themselves.
    """
    paid = sum(line.paid_minor for line in sold.values())
    worth = sum(_worth(sold[one.line], one) for one in brought)
    in_all = min(max(paid - kept_minor, 0), worth)
    now = [one for one in brought if one.now_milli]
    due = max(0, in_all - sum(one.refunded_minor for one in brought))
    weights = [
        share(sold[one.line].amount_minor, one.now_milli, sold[one.line].quantity_milli) for one in now
    ]
    parts = spread(due, weights if any(weights) else [1] * len(now))
    return {one.line: part for one, part in zip(now, parts, strict=True)}


def _worth(line: Sold, one: Brought) -> int:
    """What was paid for all that came back of a line."""
    return share(line.paid_minor, one.in_all_milli, line.quantity_milli)
