"""How many people each arm of an adaptive campaign gets: as many as the arm is likely to be the best.

Thompson sampling in batches: the probability with which sampling would choose an arm becomes its share of
people until the next time. So the propensity of every decision is known exactly, the arm of a person is still
one lot, and a replay agrees. The probabilities are integrated, not drawn: equal evidence gives equal shares.
Pure.
"""

import math
from collections.abc import Sequence
from typing import Final

from offers.experiments.evidence import Arm, mean
from offers.money import spread

PERSONS_MIN: Final = 100
"""An arm that fewer were dealt has not been tried."""
FLOOR_BP: Final = 500
"""No arm is given up: what was worst last month may be best in the next."""
STEPS: Final = 2_000
REACH: Final = 8.0
"""The integral goes so many standard errors to both sides of a mean, in so many steps."""
LEAST_ERROR_MINOR: Final = 0.5
"""Of a mean of whole minor units, however alike people are."""
PARTS: Final = 1_000_000


def shares(arms: Sequence[Arm], currency: str, total_bp: int) -> dict[str, int] | None:
    """The shares of these arms, `total_bp` together, by what their people paid; None while that says nothing.

    What a person of an arm pays is believed to be normal about the mean so far.
    """
    if len(arms) < 2 or any(arm.persons < PERSONS_MIN for arm in arms):
        return None
    beliefs = [(value, math.sqrt(variance)) for value, variance in (mean(arm, currency) for arm in arms)]
    floor_bp = min(FLOOR_BP, total_bp // len(arms))
    dealt = spread(
        total_bp - floor_bp * len(arms), [round(PARTS * chance) for chance in chances_of_best(beliefs)]
    )
    return {arm.name: floor_bp + share_bp for arm, share_bp in zip(arms, dealt, strict=True)}


def chances_of_best(beliefs: Sequence[tuple[float, float]]) -> list[float]:
    """How likely each of these normal variables (mean, standard deviation) is to be the greatest."""
    known = [(value, max(error, LEAST_ERROR_MINOR)) for value, error in beliefs]
    return [_chance(place, known) for place in range(len(known))]


def _chance(place: int, known: Sequence[tuple[float, float]]) -> float:
    """The integral of one's density where all others are below it, by midpoints."""
    value, error = known[place]
    rivals = [each for other, each in enumerate(known) if other != place]
    step = 2 * REACH / STEPS
    total = 0.0
    for number in range(STEPS):
        distance = -REACH + (number + 0.5) * step
        below = math.prod(_below(value + distance * error, *rival) for rival in rivals)
        total += math.exp(-distance * distance / 2) * below
    return total * step / math.sqrt(2 * math.pi)


def _below(at: float, value: float, error: float) -> float:
    return 0.5 * math.erfc((value - at) / (error * math.sqrt(2)))
