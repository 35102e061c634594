"""From sums per arm to evidence: rates and means with intervals of 95 %, and whether the arms are of the
sizes that were dealt. Pure.

Intervals: Wilson's for a rate, Newcombe's for the difference of two (Statistics in Medicine 17, 1998, methods
3 and 10), Welch's with the normal quantile for means.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

Z: Final = 1.959963984540054
"""Of the 97.5th percentile."""

OFF: Final = 0.001
"""Below this chance the sizes of the arms cannot be the lots' doing: something lost people on one side."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its bounds."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What the persons of an arm paid in one currency since they were dealt it, returns taken off, in minor
    units. `squares` is the sum of each person's sum squared; `discount_minor` is what all campaigns took off.
    """

    currency: str
    paid_minor: int
    squares: int
    discount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """An arm: how many were dealt it, how many of them bought since, how many used the campaign."""

    name: str
    share_bp: int
    persons: int
    buyers: int
    users: int
    spend: tuple[Spend, ...] = field(default=())

    def spent(self, currency: str) -> Spend:
        """What was paid in a currency: nothing, when nobody did."""
        return next(
            (one for one in self.spend if one.currency == currency),
            Spend(currency=currency, paid_minor=0, squares=0, discount_minor=0),
        )


def rate(count: int, of: int) -> Interval:
    """A share of persons. Between 0 and 1 when there are none."""
    if of == 0:
        return Interval(0.0, 0.0, 1.0)
    share = count / of
    centre = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    reach = Z / (1 + Z * Z / of) * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return Interval(share, max(0.0, centre - reach), min(1.0, centre + reach))


def more_buyers(arm: Arm, holdout: Arm) -> Interval:
    """By how much the arm's share of buyers is above the holdout's."""
    ours, theirs = rate(arm.buyers, arm.persons), rate(holdout.buyers, holdout.persons)
    value = ours.value - theirs.value
    low = value - math.hypot(ours.value - ours.low, theirs.high - theirs.value)
    high = value + math.hypot(ours.high - ours.value, theirs.value - theirs.low)
    return Interval(value, max(-1.0, low), min(1.0, high))


def more_spend(arm: Arm, holdout: Arm, currency: str) -> Interval | None:
    """By how much a person of the arm paid more than one of the holdout, in minor units; None when either has
    fewer than two persons.
    """
    if min(arm.persons, holdout.persons) < 2:
        return None
    (ours, our_error), (theirs, their_error) = (mean(one, currency) for one in (arm, holdout))
    reach = Z * math.sqrt(our_error + their_error)
    return Interval(ours - theirs, ours - theirs - reach, ours - theirs + reach)


def chance_of_sizes(arms: Sequence[Arm]) -> float | None:
    """How probable sizes at least so far from the shares are (chi-square); None for fewer than two arms."""
    dealt = [arm for arm in arms if arm.share_bp]
    persons, shares = sum(arm.persons for arm in dealt), sum(arm.share_bp for arm in dealt)
    if len(dealt) < 2 or persons == 0:
        return None
    expected = [persons * arm.share_bp / shares for arm in dealt]
    distance = sum((arm.persons - want) ** 2 / want for arm, want in zip(dealt, expected, strict=True))
    return _beyond(distance, len(dealt) - 1)


def mean(arm: Arm, currency: str) -> tuple[float, float]:
    """What a person of the arm paid on average, and the variance of that; of two persons or more."""
    spend = arm.spent(currency)
    mean = spend.paid_minor / arm.persons
    variance = (spend.squares - spend.paid_minor * mean) / (arm.persons - 1)
    return mean, max(0.0, variance) / arm.persons


def _beyond(distance: float, freedom: int) -> float:
    """The upper tail of the chi-square distribution, by its recurrence over degrees of freedom."""
    half = distance / 2
    if freedom % 2:
        tail, term, at = math.erfc(math.sqrt(half)), 2 * math.sqrt(half / math.pi) * math.exp(-half), 1
    else:
        tail, term, at = math.exp(-half), half * math.exp(-half), 2
    while at < freedom:
        tail += term
        at += 2
        term *= distance / at
    return min(1.0, tail)
