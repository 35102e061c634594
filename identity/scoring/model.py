"""A model document at work: weights of pairs, and what they rest on.

Invariant: a weight is the sum of what each attribute says, each attribute once, by the best agreement over
the distinct values of both sides; it is added up in the order of the document and rounded once, so equal
values give equal weights, whoever asks. The best of several comparisons says less than the same agreement of
two values alone: who has ten spellings agrees with strangers ten times as often. Where the model knows people
of one home, what these explain better than chance is taken off (`kin`); where it knows that nobody leaves an
attribute out, silence speaks against a pair. A name alone joins only where it is written alike, and rare
enough.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any, Final

from identity.model import Record
from identity.scoring import anonymity, blocking, catalogue, document, names
from identity.scoring.comparison import Comparison
from identity.scoring.document import Document, Odds, Terms
from identity.scoring.pool import Pool
from identity.scoring.scorer import Said, Scorer
from identity.scoring.voice import Voice
from identity.scoring.weigh import UNITS_PER_BIT

POOLS_CACHED: Final = 1 << 10
"""Enough for the records around one that is resolved; more only keep the garbage collector busy."""
NOISE_BITS: Final = 1e-6
"""More than the order in which bits are added up can change their sum."""
_CALLED_ALIKE: Final = "Names that only resemble each other need something beside them."
_OF_ONE_HOME: Final = "Two people of one home would share as much: so far it tells nothing."
_SILENT: Final = "A side leaves out what records of one person always say here."


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


class ScoredModel:
    """A model document, ready to weigh. Two models of one document are equal in all they do."""

    def __init__(self, content: Document) -> None:
        self.document = content
        self.prior_bits = content.prior_bits
        self.own_attributes = frozenset(name for name in content.odds if name.startswith("x_"))
        self._scorers = tuple(
            _scorer(catalogue.comparison(name), odds, content) for name, odds in content.odds.items()
        )
        self._namesake_bits = content.namesake_bits
        self._kin_bits = None if content.kin is None else content.kin.prior_bits
        self._voice = lru_cache(POOLS_CACHED)(lambda pool: Voice(pool, self._scorers))

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

    @property
    def is_wary(self) -> bool:
        """Whether silence tells: there are fragments, which copy a number or mailbox as they copy a name."""
        return bool(self.document.silence)

    def blocking(self, record: Record, /) -> tuple[str, ...]:
        """The values under which the record's candidates are found."""
        return blocking.keys(record, self.own_attributes)

    def weight(self, left: Pool, right: Pool, /) -> int:
        """The log odds that both sides are one shopper, in units."""
        bits, beside_name = self.prior_bits, -inf
        for scorer, lefts, rights in self._sides(left, right):
            said = scorer.bits(lefts, rights)
            bits += said
            if not scorer.is_of_name:
                beside_name = max(beside_name, said)
        if self._kin_bits is not None:
            bits -= self._explained_by_home(left, right)
        if beside_name > 0 or bits <= self._namesake_bits or self._are_namesakes(left, right):
            return units(bits)
        return units(self._namesake_bits)

    def _are_namesakes(self, left: Pool, right: Pool) -> bool:
        """Whether given and family name are the same, give or take a typing error or a second name."""
        named = [
            scorer.best(lefts, rights)
            for scorer, lefts, rights in self._sides(left, right)
            if scorer.comparison.name in catalogue.FULL_NAME
        ]
        same = [found for found in named if found is not None and found.step.level.name in names.AS_WRITTEN]
        return len(same) == len(catalogue.FULL_NAME)

    def _explained_by_home(self, left: Pool, right: Pool) -> float:
        """What people of one home explain better than chance, nothing at least."""
        kin_bits = self._kin_bits or 0.0
        for scorer, lefts, rights in self._sides(left, right):
            if scorer.is_shared_by_kin and lefts and rights:
                found = scorer.best(lefts, rights)
                kin_bits += 0.0 if found is None else found.kin_bits
        return max(0.0, kin_bits)

    def may_reach(self, line: int, left: Pool, right: Pool, /) -> bool:
        """Whether the ceiling reaches a line. What speaks against the pair may rest on dead keys.

        Attributes are asked until all that is left could not make up for them. What a home explains, and what
        silence says, only lower the weight, so they are left out.
        """
        ours, theirs = self._voice(left), self._voice(right)
        ceiling = self.prior_bits + NOISE_BITS + ours.most_bits
        least_bits = line / UNITS_PER_BIT
        for place, scorer, lefts in ours.spoken:
            rights = theirs[place]
            ceiling += (scorer.hope(lefts, rights) if rights else 0.0) - scorer.most_bits
            if ceiling < least_bits:
                return False
        return True

    def evidence(self, left: Pool, right: Pool) -> tuple[Evidence, ...]:
        """What each attribute says; with `prior_bits` it adds up to the weight."""
        found = []
        for scorer, lefts, rights in self._sides(left, right):
            best = scorer.best(lefts, rights)
            if best is not None:
                step, one, other = best.step, best.left, best.right
                name, column = scorer.comparison.name, step.level.term or scorer.comparison.name
                shown = tuple(scorer.comparison.term(view, column) or "" for view in (one, other))
                found.append(
                    Evidence(name, step.level.name, best.bits, step.level.sentence, (shown[0], shown[1]))
                )
            elif scorer.silence:
                found.append(Evidence(scorer.comparison.name, "silent", scorer.silence, _SILENT, ("", "")))
        is_called_alike = not any(each.bits > 0 for each in found if each.attribute not in catalogue.OF_NAME)
        if self._kin_bits is not None and (home := self._explained_by_home(left, right)):
            found.append(Evidence("home", "shared", -home, _OF_ONE_HOME, ("", "")))
        bits = self.prior_bits + sum(each.bits for each in found)
        if is_called_alike and bits > self._namesake_bits and not self._are_namesakes(left, right):
            found.append(Evidence("name", "alone", self._namesake_bits - bits, _CALLED_ALIKE, ("", "")))
        return tuple(found)

    def _sides(self, left: Pool, right: Pool) -> Iterator[tuple[Scorer, Said, Said]]:
        """What both sides say to each scorer, in the order of the document."""
        ours, theirs = self._voice(left), self._voice(right)
        return ((scorer, ours[place], theirs[place]) for place, scorer in enumerate(self._scorers))


def load(raw: Mapping[str, Any]) -> ScoredModel:
    """The model that a parsed JSON document describes. Raises ModelError with a sentence that names a
    field.
    """
    content = document.parse(raw)
    anonymity.check(content)
    return ScoredModel(content)


def units(bits: float) -> int:
    """Bits as a whole number of 2^-32 bit."""
    return round(bits * UNITS_PER_BIT)


def _scorer(comparison: Comparison, odds: tuple[Odds, ...], content: Document) -> Scorer:
    kin = None if content.kin is None else content.kin.bits(comparison.name, [each.u for each in odds])
    return Scorer(
        comparison,
        odds,
        _terms(comparison, content),
        kin,
        is_of_name=comparison.name in catalogue.OF_NAME,
        rests_on_keys=comparison.name in catalogue.IDENTIFIERS,  # whose values count while keys are live
        silence=content.silence.get(comparison.name, 0.0),
    )


def _terms(comparison: Comparison, content: Document) -> list[Terms | None]:
    return [content.terms.get(level.term) if level.term else None for level in comparison.levels]
