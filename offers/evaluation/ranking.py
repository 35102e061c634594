"""In which order offers are shown: the marketer's priority, then what they are worth to this person.

Invariant: integers only, so that the order is the same everywhere; ties go by the offer's id.
"""

from offers.evaluation.case import Case, Item
from offers.interests.interest_rules import STRENGTH, instant

# What a kind of interest says about buying, in arbitrary units.
WEIGHT = {"carted": 300, "searched": 150, "viewed": 100}


def score(case: Case, item: Item, saving_minor: int) -> int:
    """The saving, weighed by the strongest interest in the item and halved with every doubling of its age."""
    want = item.want
    if want is None:
        return saving_minor * WEIGHT["viewed"]
    fresh = case.policy.freshness_s
    best = 0
    for kind in STRENGTH:
        shown = instant(want, kind)
        if shown:
            best = max(best, WEIGHT[kind] * fresh // (fresh + max(0, case.at_s - shown)))
    return saving_minor * best
