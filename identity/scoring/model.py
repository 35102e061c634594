"""A model document at work: weights of pairs, and what they rest on.

Invariant: a weight is the sum of what each attribute says, each attribute once, by the best agreement over
the distinct values of both sides; it is added up in the order of the document and rounded once, so equal
values give equal weights, whoever asks. The best of several comparisons says less than the same agreement of
two values alone: who has ten spellings agrees with strangers ten times as often.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import log2
from typing import Any, Final

from identity.model import Record
from identity.scoring import anonymity, blocking, catalogue, document
from identity.scoring.comparison import Comparison, Level
from identity.scoring.document import Document, Odds, Terms
from identity.scoring.pool import Pool
from identity.scoring.weigh import UNITS_PER_BIT

POOLS_CACHED: Final = 1 << 14
_OF_KEYS: Final = frozenset(("email", "phone", *catalogue.NUMBERS))
"""What rests on identifiers, whose values count only while their keys are live."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one attribute says: which level, for how many bits, and in a sentence without the values.

    `values` are the two values in comparison form, for those who may see them.
    """

    attribute: str
    level: str
    bits: float
    sentence: str
    values: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Step:
    """A level with its numbers. `terms` are the frequencies that correct it for the very values."""

    level: Level
    bits: float
    u_bits: float
    terms: Terms | None

    def of(self, comparison: Comparison, left: Any, right: Any) -> float:
        if self.terms is None or self.level.term is None:
            return self.bits
        column = self.level.term
        one, other = comparison.term(left, column), comparison.term(right, column)
        shares = [self.terms.share(value) for value in (one, other) if value]
        return self.bits + self.u_bits - log2(max(shares)) if shares else self.bits


@dataclass(frozen=True, slots=True)
class _Scorer:
    """A comparison with its numbers."""

    comparison: Comparison
    steps: tuple[_Step, ...]

    def best(self, lefts: tuple[Any, ...], rights: tuple[Any, ...]) -> "_Best | None":
        """The best agreement of two sets of values, None when a side says nothing."""
        found: tuple[float, _Step, Any, Any] | None = None
        for left, right in product(lefts, rights):
            place = self.comparison.level(left, right)
            if place is None:
                continue
            step = self.steps[place]
            bits = step.of(self.comparison, left, right)
            if found is None or bits > found[0]:
                found = bits, step, left, right
        return None if found is None else _Best(*found, self._distinct(lefts) * self._distinct(rights))

    def _distinct(self, said: tuple[Any, ...]) -> int:
        """How many values these views hold of what is compared; one name may be in many of them."""
        if len(said) == 1:
            return 1
        column = self.comparison.levels[0].term or self.comparison.name
        return len({self.comparison.term(view, column) for view in said} - {None, ""})


@dataclass(frozen=True, slots=True)
class _Best:
    """The best of so many comparisons of two values, and what it says by itself."""

    alone_bits: float
    step: _Step
    left: Any
    right: Any
    chances: int

    @property
    def bits(self) -> float:
        """What it says as the best of several: strangers find it so many times as often by chance."""
        if self.alone_bits <= 0:
            return self.alone_bits
        return max(0.0, self.alone_bits - log2(self.chances))


class ScoredModel:
    """A model document, ready to weigh. Two models of one document are equal in all they do."""

    def __init__(self, content: Document) -> None:
        self.document = content
        self.prior_bits = log2(content.prior / (1 - content.prior))
        self._scorers = tuple(
            _Scorer(comparison, tuple(map(_step, comparison.levels, odds, _terms(comparison, content))))
            for comparison, odds in (
                (catalogue.comparison(name), odds) for name, odds in content.odds.items()
            )
        )
        self._said = lru_cache(POOLS_CACHED)(self._said_by)

    @property
    def version(self) -> str:
        """The document's name."""
        return self.document.version

    @property
    def join_line(self) -> int:
        """The weight from which a pair is probably one shopper."""
        return units(self.document.join_bits)

    @property
    def review_line(self) -> int:
        """The weight from which a person should look at a pair."""
        return units(self.document.review_bits)

    def blocking(self, record: Record, /) -> tuple[str, ...]:
        """The values under which the record's candidates are found."""
        return blocking.keys(record)

    def weight(self, left: Pool, right: Pool, /) -> int:
        """The log odds that both sides are one shopper, in units."""
        bits = self.prior_bits
        for scorer, lefts, rights in zip(self._scorers, self._said(left), self._said(right), strict=True):
            if lefts and rights:
                found = scorer.best(lefts, rights)
                if found is not None:
                    bits += found.bits
        return units(bits)

    def ceiling(self, left: Pool, right: Pool, /) -> int:
        """At least the weight if some keys say nothing: what speaks against may rest on dead keys."""
        bits = self.prior_bits
        for scorer, lefts, rights in zip(self._scorers, self._said(left), self._said(right), strict=True):
            if lefts and rights:
                found = scorer.best(lefts, rights)
                if found is None:
                    continue
                if scorer.comparison.name not in _OF_KEYS:
                    bits += found.bits
                elif found.alone_bits > 0:
                    bits += found.alone_bits
        return units(bits)

    def evidence(self, left: Pool, right: Pool) -> tuple[Evidence, ...]:
        """What each attribute says; with `prior_bits` it adds up to the weight."""
        found = []
        for scorer, lefts, rights in zip(self._scorers, self._said(left), self._said(right), strict=True):
            best = scorer.best(lefts, rights)
            if best is not None:
                step, one, other = best.step, best.left, best.right
                name, column = scorer.comparison.name, step.level.term or scorer.comparison.name
                shown = tuple(scorer.comparison.term(view, column) or "" for view in (one, other))
                found.append(
                    Evidence(name, step.level.name, best.bits, step.level.sentence, (shown[0], shown[1]))
                )
        return tuple(found)

    def _said_by(self, pool: Pool) -> tuple[tuple[Any, ...], ...]:
        return tuple(_ordered(scorer.comparison.views(pool)) for scorer in self._scorers)


def load(raw: Mapping[str, Any]) -> ScoredModel:
    """The model that a parsed JSON document describes. Raises ModelError with a sentence that names a
    field.
    """
    content = document.parse(raw)
    anonymity.check(content)
    return ScoredModel(content)


def _ordered(said: Iterable[Any]) -> tuple[Any, ...]:
    """In a fixed order, so that of equally good agreements always the same is told."""
    distinct = tuple(said)
    return distinct if len(distinct) < 2 else tuple(sorted(set(distinct), key=repr))


def units(bits: float) -> int:
    """Bits as a whole number of 2^-32 bit."""
    return round(bits * UNITS_PER_BIT)


def _step(level: Level, odds: Odds, terms: Terms | None) -> _Step:
    return _Step(level, odds.bits, log2(odds.u), terms)


def _terms(comparison: Comparison, content: Document) -> list[Terms | None]:
    return [content.terms.get(level.term) if level.term else None for level in comparison.levels]
