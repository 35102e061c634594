"""What one attribute says of two sides: the best agreement over their values, in bits.

Invariant: `bits` is what `best` tells, without the story; it is asked dozens of times for each record that is
resolved, so values that stand alone, as nearly all do, take the short way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import log2
from typing import Any

from identity.scoring.comparison import Comparison, Level
from identity.scoring.document import Odds, Terms

Said = tuple[Any, ...]
"""The distinct values of one side, as views."""


@dataclass(frozen=True, slots=True)
class Step:
    """A level with its numbers. `terms` are the frequencies that correct it for the very values; `kin_bits`
    is what it says for people of one home, None where they agree as strangers do.
    """

    level: Level
    bits: float
    u_bits: float
    terms: Terms | None
    kin_bits: float | None

    def of(self, comparison: Comparison, left: Any, right: Any) -> float:
        """What the level says of these two values."""
        return self._corrected(self.bits, comparison, left, right)

    def of_kin(self, comparison: Comparison, left: Any, right: Any) -> float:
        """What it says of them for people of one home."""
        return 0.0 if self.kin_bits is None else self._corrected(self.kin_bits, comparison, left, right)

    def _corrected(self, bits: float, comparison: Comparison, left: Any, right: Any) -> float:
        if self.terms is None or self.level.term is None:
            return bits
        column = self.level.term
        one, other = comparison.term(left, column), comparison.term(right, column)
        shares = [self.terms.share(value) for value in (one, other) if value]
        return bits + self.u_bits - log2(max(shares)) if shares else bits

    @property
    def most_bits(self) -> float:
        """What the level says of the rarest values."""
        if self.terms is None or self.level.term is None:
            return self.bits
        return max(self.bits, self.bits + self.u_bits + log2(self.terms.count))


@dataclass(frozen=True, slots=True)
class Best:
    """The best of `chances` comparisons of two values.

    `alone_bits` is what it would say as the only one, `alone_kin_bits` the same for people of one home.
    """

    alone_bits: float
    alone_kin_bits: float
    step: Step
    left: Any
    right: Any
    chances: int

    @property
    def bits(self) -> float:
        """What it says as the best of several: strangers find as good a one `chances` times as often."""
        return self._lowered(self.alone_bits)

    @property
    def kin_bits(self) -> float:
        """What it says, as the best of several, for people of one home."""
        return self._lowered(self.alone_kin_bits)

    def _lowered(self, bits: float) -> float:
        return bits if bits <= 0 else max(0.0, bits - log2(self.chances))


class Scorer:
    """A comparison with its numbers. `rests_on_keys` says that its values count only while keys are live;
    `kin_bits` is what each level says for people of one home, None where they agree as strangers do;
    `is_of_name` that it compares what people are called; `silence` is what it says that a side says nothing,
    at most nothing.
    """

    def __init__(
        self,
        comparison: Comparison,
        odds: Sequence[Odds],
        terms: Sequence[Terms | None],
        kin_bits: Sequence[float] | None,
        *,
        rests_on_keys: bool,
        is_of_name: bool,
        silence: float,
    ) -> None:
        self.comparison = comparison
        self.silence = silence
        self.rests_on_keys = rests_on_keys
        self._steps = tuple(
            Step(level, odd.bits, log2(odd.u), term, kin)
            for level, odd, term, kin in zip(
                comparison.levels, odds, terms, kin_bits or (None,) * len(odds), strict=True
            )
        )
        self.is_shared_by_kin = kin_bits is not None
        self.is_of_name = is_of_name
        self._is_absent = comparison.is_absent
        column = comparison.column
        self._value: Callable[[Any], str | None] = lambda view: comparison.term(view, column)
        self._tests = tuple((step.level.holds, step) for step in self._steps)
        self.most_bits = max(0.0, *(step.most_bits for step in self._steps))
        """Nothing that is compared says more."""
        self.telling = self.most_bits / len(self._steps)
        """How much it may say for each level that has to be tried."""

    def heard(self, said: Said) -> Said:
        """The views that say something of what is compared: beside a silent one nothing is ever found."""
        if len(said) == 1:
            return said if self._value(said[0]) else ()
        return tuple(view for view in said if self._value(view))

    def bits(self, lefts: Said, rights: Said) -> float:
        """What the attribute says; what silence says when a side is silent."""
        if len(lefts) == 1 and len(rights) == 1:
            return self._alone(lefts[0], rights[0])
        found = self.best(lefts, rights) if lefts and rights else None
        return self.silence if found is None else found.bits

    def hope(self, lefts: Said, rights: Said) -> float:
        """At least what the attribute says if some of the keys on which the values rest say nothing."""
        if not self.rests_on_keys:
            return self.bits(lefts, rights)
        if len(lefts) == 1 and len(rights) == 1:
            return max(0.0, self._alone(lefts[0], rights[0]))
        found = self.best(lefts, rights) if lefts and rights else None
        return 0.0 if found is None else max(0.0, found.alone_bits)

    def best(self, lefts: Said, rights: Said) -> Best | None:
        """The best agreement of two sets of values, None when a side says nothing."""
        found: tuple[float, Step, Any, Any] | None = None
        for left, right in product(lefts, rights):
            step = self._step(left, right)
            if step is None:
                continue
            bits = step.of(self.comparison, left, right)
            if found is None or bits > found[0]:
                found = bits, step, left, right
        if found is None:
            return None
        alone, step, left, right = found
        kin_bits = step.of_kin(self.comparison, left, right)
        return Best(alone, kin_bits, step, left, right, self._distinct(lefts) * self._distinct(rights))

    def _alone(self, left: Any, right: Any) -> float:
        step = self._step(left, right)
        if step is None:
            return self.silence
        return step.bits if step.terms is None else step.of(self.comparison, left, right)

    def _step(self, left: Any, right: Any) -> Step | None:
        """The first level that holds; `Comparison.level` says the same by its place."""
        if self._is_absent(left, right):
            return None
        for holds, step in self._tests:
            if holds(left, right):
                return step
        raise AssertionError(f"the last level of {self.comparison.name} must hold for all values")

    def _distinct(self, said: Said) -> int:
        """How many values these views hold of what is compared; one name may be in many of them."""
        if len(said) == 1:
            return 1
        return len({self._value(view) for view in said} - {None, ""})
