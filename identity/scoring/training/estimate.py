"""m, u and the share of true pairs, by expectation maximisation over all comparisons at once.

Candidates (pairs that share a blocking key) hold nearly all true pairs, random pairs tell what different
people share. The probability that a pair is one person uses the share of true pairs among *all* pairs and
the u of *all* pairs, so it does not matter by which key a candidate was found, and no comparison has to be
left out.

Pairs that the rules of the partition will not join, because the given names clearly differ and nothing that
proves identity is shared, are taken for two people: else the members of a household, who share all but that,
would teach that true pairs have different given names. So are pairs of which nothing agrees that tells people
apart (`fit`). Where a file knows homes, people of one home are a third kind of pair with a share of their own
(`kin`), so that those of one given name teach nothing wrong either. Where a file hardly ever leaves an
attribute out, it also tells that a side says nothing (`silence`).

Invariant: deterministic, and every probability lies above nothing, however small or constant the file is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.scoring import priors
from identity.scoring.comparison import Comparison
from identity.scoring.kin import Kin
from identity.scoring.training import silence
from identity.scoring.training.levels import ABSENT, Levels

ROUNDS_MAX: Final = 40
STEADY: Final = 1e-4  # the expected number of true pairs changes by less: done
BELIEF: Final = 20.0  # so many true pairs are the beliefs before training worth
STRANGERS: Final = 2_000.0  # so many pairs of two people are the beliefs worth: they carry a small file
UNSEEN: Final = 0.5  # added to each count of random pairs: what was never seen is not impossible
BITS_MAX: Final = 60.0
LEAST_TRUE: Final = 0.5
LIKELY: Final = 0.5
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
    """What was learned: m and u per level of each comparison, what silence on it says, the share of true
    pairs, each candidate's bits.
    """

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    silence: Mapping[str, float]
    prior: float
    bits: Floats
    rounds: int
    kin: Kin | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """Pairs of one kind, beside strangers: their share of all pairs, and how often they show each level of
    each comparison; None where they agree as strangers do. `silence` is what it says that a side is silent.
    """

    prior: float
    shares: tuple[Floats | None, ...]
    silence: tuple[float, ...]

    def learned(self, found: float, sample: Sample, weights: Floats, believed: "_Kind") -> "_Kind":
        """The kind as it shows in the candidates, of which each belongs to it with its weight."""
        shares = tuple(
            None
            if each is None
            else _shares(_counts(sample.candidates, place, weights, len(each)), BELIEF * each)
            for place, each in enumerate(believed.shares)
        )
        return _Kind(_prior(found, sample), shares, self.silence)

    def bits(self, levels: Levels, u: Sequence[Floats], shares: Floats | None) -> Floats:
        """What pairs on these levels weigh for this kind against strangers; `shares` are term frequencies."""
        total = np.full(len(levels), log2(self.prior / (1 - self.prior)))
        for place in range(len(self.shares)):
            total += self.said(place, levels, u, shares)
        return total

    def said(self, place: int, levels: Levels, u: Sequence[Floats], shares: Floats | None) -> Floats | float:
        """The part of these bits that the comparison at `place` adds."""
        agree, chance = self.shares[place], u[place]
        if agree is None:
            return 0.0
        # The last entry is read by ABSENT, which is -1.
        said = np.append(np.log2(agree / chance), self.silence[place])[levels[:, place]]
        if shares is not None:
            base = np.append(np.log2(chance), 0.0)[levels[:, place]]
            said = said + np.nan_to_num(base - np.log2(shares[:, place]))
        return np.asarray(said, dtype=np.float64)


def estimate(
    sample: Sample, comparisons: Sequence[Comparison], believed_pairs: float, *, kin_pairs: float | None
) -> Estimate:
    """The estimate. `believed_pairs` is how many true pairs are expected before anything was compared,
    `kin_pairs` how many pairs of one home, None where nobody lives together.
    """
    nothing = (0.0,) * len(comparisons)
    believed = _Kind(_prior(believed_pairs, sample), tuple(map(_believed, comparisons)), nothing)
    believed_kin = (
        None if kin_pairs is None else _Kind(_prior(kin_pairs, sample), _at_home(comparisons), nothing)
    )
    one, home = believed, believed_kin
    u = _chances(sample, comparisons, np.ones(len(sample.random)))
    expected, rounds, beyond = 0.0, 0, 0.0
    while True:
        bits, kin_bits = _weighed(sample.candidates, one, home, u, sample.shares)
        likely, at_home = _likely(np.where(sample.is_refused, -np.inf, bits), kin_bits)
        found = max(float(likely.sum()), LEAST_TRUE)
        if rounds == ROUNDS_MAX or abs(found - expected) <= STEADY * found:
            kin = None if home is None else _kin(home, comparisons)
            weights = bits - np.maximum(0.0, kin_bits)
            return Estimate(_present(one.shares), u, _told(one, comparisons), one.prior, weights, rounds, kin)
        rounds, expected = rounds + 1, found
        said = partial(one.said, levels=sample.candidates, u=u, shares=sample.shares)
        silent = silence.learned(comparisons, sample.candidates, sample.random, bits, likely > LIKELY, said)
        one = replace(one.learned(found, sample, likely, believed), silence=silent)
        if home is not None and believed_kin is not None:
            home = home.learned(max(float(at_home.sum()), beyond), sample, at_home, believed_kin)
        same, together = _likely(*_weighed(sample.random, one, home, u, None))
        u = _chances(sample, comparisons, 1 - same - together)
        beyond = float(together.mean()) * sample.pairs_in_all if len(together) else 0.0


def _weighed(
    levels: Levels, one: _Kind, home: _Kind | None, u: Sequence[Floats], shares: Floats | None
) -> tuple[Floats, Floats]:
    """What pairs weigh for one person, and for one home, against strangers."""
    kin_bits = np.full(len(levels), -np.inf) if home is None else home.bits(levels, u, shares)
    return one.bits(levels, u, shares), kin_bits


def _likely(bits: Floats, kin_bits: Floats) -> tuple[Floats, Floats]:
    """How probable it is that pairs are one person, and two of one home."""
    one, home = (np.exp2(np.minimum(each, BITS_MAX)) for each in (bits, kin_bits))
    return one / (1 + one + home), home / (1 + one + home)


def _prior(pairs: float, sample: Sample) -> float:
    """The share of so many pairs, at most one half: in a file of two records one pair is all there is."""
    return min(max(pairs, LEAST_TRUE) / sample.pairs_in_all, PRIOR_MAX)


def _believed(comparison: Comparison) -> Floats:
    found = np.array([odds.m for odds in priors.odds(comparison.name)])
    return np.asarray(found / found.sum(), dtype=np.float64)


def _at_home(comparisons: Sequence[Comparison]) -> tuple[Floats | None, ...]:
    found = (priors.AT_HOME.get(each.name) for each in comparisons)
    return tuple(None if each is None else np.array(each) / sum(each) for each in found)


def _kin(home: _Kind, comparisons: Sequence[Comparison]) -> Kin:
    named = zip(comparisons, home.shares, strict=True)
    return Kin(home.prior, {each.name: tuple(found.tolist()) for each, found in named if found is not None})


def _told(one: _Kind, comparisons: Sequence[Comparison]) -> dict[str, float]:
    return {each.name: bits for each, bits in zip(comparisons, one.silence, strict=True) if bits}


def _present(shares: Sequence[Floats | None]) -> tuple[Floats, ...]:
    return tuple(each for each in shares if each is not None)


def _chances(sample: Sample, comparisons: Sequence[Comparison], weights: Floats) -> tuple[Floats, ...]:
    """How often strangers show each level; each random pair is one of strangers with its weight."""
    return tuple(
        _shares(
            _counts(sample.random, place, weights, len(each.levels)),
            UNSEEN + STRANGERS * np.array([odds.u for odds in priors.odds(each.name)]),
        )
        for place, each in enumerate(comparisons)
    )


def _counts(levels: Levels, place: int, weights: Floats, count: int) -> Floats:
    present = levels[:, place] != ABSENT
    counted = np.bincount(levels[present, place], weights=weights[present], minlength=count)
    return np.asarray(counted, dtype=np.float64)


def _shares(counts: Floats, extra: Floats | float) -> Floats:
    filled = counts + extra
    shares: Floats = filled / filled.sum()
    return shares
