"""m, u and the share of true pairs, by expectation maximisation over all comparisons at once.

Candidates (pairs that share a blocking key) hold nearly all true pairs, random pairs tell what different
people share. The probability that a pair is one person uses the share of true pairs among *all* pairs and
the u of *all* pairs, so it does not matter by which key a candidate was found, and no comparison has to be
left out.

Pairs that the rules of the partition will not join, because the given names clearly differ and nothing that
proves identity is shared, are taken for two people: else the members of a household, who share all but that,
would teach that true pairs have different given names.

Invariant: deterministic, and every probability lies above nothing, however small or constant the file is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.scoring import priors
from identity.scoring.comparison import Comparison
from identity.scoring.training.levels import ABSENT, Levels

ROUNDS_MAX: Final = 40
STEADY: Final = 1e-4  # the expected number of true pairs changes by less: done
BELIEF: Final = 20.0  # so many true pairs are the beliefs before training worth
UNSEEN: Final = 0.5  # added to each count of random pairs: what was never seen is not impossible
BITS_MAX: Final = 60.0
LEAST_TRUE: Final = 0.5
PRIOR_MAX: Final = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """What is learned from. `shares` are the term frequencies that correct a level, NaN where none does;
    `is_refused` marks candidates that the rules would not join.
    """

    candidates: Levels
    shares: Floats
    is_refused: NDArray[np.bool_]
    random: Levels
    pairs_in_all: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was learned: m and u per level of each comparison, the share of true pairs, each candidate's
    bits.
    """

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    prior: float
    bits: Floats
    rounds: int


def estimate(sample: Sample, comparisons: Sequence[Comparison], believed_pairs: float) -> Estimate:
    """The estimate; `believed_pairs` is how many true pairs are expected before anything was compared."""
    believed = [_believed(each) for each in comparisons]
    m = believed
    u = [
        _shares(_counts(sample.random, place, np.ones(len(sample.random)), len(each)), UNSEEN)
        for place, each in enumerate(m)
    ]
    prior, expected, rounds = _prior(believed_pairs, sample), 0.0, 0
    while True:
        bits = _bits(sample.candidates, m, u, prior, sample.shares)
        likely = np.where(sample.is_refused, 0.0, _probability(bits))
        found = max(float(likely.sum()), LEAST_TRUE)
        if rounds == ROUNDS_MAX or abs(found - expected) <= STEADY * found:
            return Estimate(tuple(m), tuple(u), prior, bits, rounds)
        rounds, expected, prior = rounds + 1, found, _prior(found, sample)
        unlikely = 1 - _probability(_bits(sample.random, m, u, prior, None))
        m = [
            (_counts(sample.candidates, place, likely, len(each)) + BELIEF * each)
            for place, each in enumerate(believed)
        ]
        m = [each / each.sum() for each in m]
        u = [
            _shares(_counts(sample.random, place, unlikely, len(each)), UNSEEN)
            for place, each in enumerate(believed)
        ]


def _prior(true_pairs: float, sample: Sample) -> float:
    """The share of true pairs, at most one half: in a file of two records one pair is all there is."""
    return min(max(true_pairs, LEAST_TRUE) / sample.pairs_in_all, PRIOR_MAX)


def _believed(comparison: Comparison) -> Floats:
    found = np.array([odds.m for odds in priors.odds(comparison.name)])
    return np.asarray(found / found.sum(), dtype=np.float64)


def _counts(levels: Levels, place: int, weights: Floats, count: int) -> Floats:
    present = levels[:, place] != ABSENT
    counted = np.bincount(levels[present, place], weights=weights[present], minlength=count)
    return np.asarray(counted, dtype=np.float64)


def _shares(counts: Floats, extra: float) -> Floats:
    filled = counts + extra
    shares: Floats = filled / filled.sum()
    return shares


def _bits(
    levels: Levels, m: Sequence[Floats], u: Sequence[Floats], prior: float, shares: Floats | None
) -> Floats:
    total = np.full(len(levels), log2(prior / (1 - prior)))
    for place, (agree, chance) in enumerate(zip(m, u, strict=True)):
        # The last entry is read by ABSENT, which is -1.
        said = np.append(np.log2(agree / chance), 0.0)[levels[:, place]]
        if shares is not None:
            base = np.append(np.log2(chance), 0.0)[levels[:, place]]
            said = said + np.nan_to_num(base - np.log2(shares[:, place]))
        total += said
    return total


def _probability(bits: Floats) -> Floats:
    likely: Floats = 1 / (1 + np.exp2(-np.clip(bits, -BITS_MAX, BITS_MAX)))
    return likely
