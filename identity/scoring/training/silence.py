"""What it tells that a side says nothing.

As a rule it tells nothing, since values are missing by chance. But where nearly all records of a file fill
an attribute, and those that are surely of one person always, a record without it is of another making: a
fragment that carries the name and a number of somebody. All that is weighed otherwise is what it copied.

What is asked are the pairs that weigh more than half of all likely ones by everything else. The attribute
itself stays out, so that values missing by chance are met as often among them as anywhere; and so does what
most pairs are silent on, such as a number that few records show and fragments copy.

Invariant: silence only speaks against a pair, by `LEAST_BITS` to `MOST_BITS`, and not at all in small files.
Names are not asked (who is nameless has rules of their own), nor identifiers, which fall silent when too many
people share them.
"""

from collections.abc import Callable, Sequence
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.scoring import catalogue
from identity.scoring.comparison import Comparison
from identity.scoring.training.levels import ABSENT, Levels

RARE: Final = 0.1  # of random pairs, silent on at least one side: more is a habit of the file
SELDOM: Final = 0.5  # of random pairs, silent on at least one side: more cannot say it
LEAST_BITS: Final = 2.0  # less is chance
MOST_BITS: Final = 5.0  # a file is not the world: what it never shows may still be
BELIEF: Final = 20.0  # so many pairs of one person, silent as often as any, are believed beforehand
UNASKED: Final = frozenset((*catalogue.IDENTIFIERS, *catalogue.OF_NAME, "organisation_name"))

Floats = NDArray[np.float64]


def learned(
    comparisons: Sequence[Comparison],
    candidates: Levels,
    random: Levels,
    bits: Floats,
    is_likely: NDArray[np.bool_],
    said: Callable[[int], Floats | float],
) -> tuple[float, ...]:
    """What silence on each comparison says, 0 where nothing. `bits` are the candidates' weights, of which
    `said` is what the comparison at a place says.
    """
    found = [0.0] * len(comparisons)
    is_said_seldom = (random == ABSENT).mean(axis=0) > SELDOM if len(random) else np.zeros(len(comparisons))
    besides = bits - sum(said(int(place)) for place in np.flatnonzero(is_said_seldom))
    for place, comparison in enumerate(comparisons):
        by_chance = float(np.mean(random[:, place] == ABSENT)) if len(random) else 0.0
        if 0 < by_chance <= RARE and comparison.name not in UNASKED and is_likely.any():
            otherwise = besides - said(place)
            is_sure = is_likely & (otherwise >= np.median(otherwise[is_likely]))
            found[place] = _told(candidates[is_sure, place] == ABSENT, by_chance)
    return tuple(found)


def _told(is_silent: NDArray[np.bool_], by_chance: float) -> float:
    share = (int(is_silent.sum()) + BELIEF * by_chance) / (len(is_silent) + BELIEF)
    bits = log2(by_chance / share)
    return 0.0 if bits < LEAST_BITS else -min(bits, MOST_BITS)
