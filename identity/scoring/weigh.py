"""How probable it is that two sides are one shopper, as a weight: the place of the model.

Invariant: a weight is a pure, symmetric function of the two pools and the model's version, in whole units of
2^-32 bit, so that no tie is ever broken by the noise of floating point. A pair of records is weighed as a
pair of pools of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from identity.model import Record
from identity.scoring.pool import Pool

UNITS_PER_BIT: Final = 1 << 32


class Evidence(Protocol):
    """What one attribute says: on which level it agrees, for how many bits, in a sentence without values."""

    @property
    def attribute(self) -> str:
        """The attribute, or the type of identifier."""

    @property
    def level(self) -> str:
        """How well it agrees, in a word."""

    @property
    def bits(self) -> float:
        """For one shopper, or, below nothing, against."""

    @property
    def sentence(self) -> str:
        """What the level means."""

    @property
    def values(self) -> tuple[str, str]:
        """The two values that were compared, for those who may see them."""


class Model(Protocol):
    """What weighs pairs. All weights of one component come from one version."""

    @property
    def version(self) -> str:
        """Names the model in what is stored of it."""

    @property
    def join_line(self) -> int:
        """The weight from which a pair is probably one shopper (class 2)."""

    @property
    def review_line(self) -> int:
        """The weight from which a person should look at a pair (class 3)."""

    @property
    def is_wary(self) -> bool:
        """Whether records may be fragments of somebody else's, so that no identifier is believed below the
        joining line.
        """

    @property
    def own_attributes(self) -> frozenset[str]:
        """The retailer's own attributes that it compares; what others say changes nothing here."""

    def blocking(self, record: Record, /) -> tuple[str, ...]:
        """The values of the blocking keys of a record: candidates for weighing share at least one live key.

        Where a key may become over-full its finer forms are given beside it, always: while the coarse key is
        live they add no pair, and when it is not they take over, so nobody has to switch.
        """

    def weight(self, left: Pool, right: Pool, /) -> int:
        """Evidence for one shopper minus evidence against, over distinct values, each attribute once."""

    @property
    def prior_bits(self) -> float:
        """What is believed of two records before anything of theirs is compared."""

    def evidence(self, left: Pool, right: Pool, /) -> Sequence[Evidence]:
        """What each attribute says; with `prior_bits` it adds up to the weight."""

    def may_reach(self, line: int, left: Pool, right: Pool, /) -> bool:
        """Whether the two could weigh so much, even if some of the keys in their pools say nothing.

        Whoever searches asks this first: most pairs that share a blocking key cannot reach any line. False
        is certain, True is not.
        """


@dataclass(frozen=True, slots=True)
class DeterministicModel:
    """Weighs nothing: joins rest on shared identifiers and judgements alone."""

    version: str = "deterministic-1"
    join_line: int = UNITS_PER_BIT
    review_line: int = UNITS_PER_BIT
    is_wary: bool = False
    own_attributes: frozenset[str] = frozenset()

    def blocking(self, _record: Record, /) -> tuple[str, ...]:
        """None: nothing is looked for beyond identifiers."""
        return ()

    def weight(self, _left: Pool, _right: Pool, /) -> int:
        """Always nothing."""
        return 0

    @property
    def prior_bits(self) -> float:
        """Nothing."""
        return 0.0

    def evidence(self, _left: Pool, _right: Pool, /) -> Sequence[Evidence]:
        """None."""
        return ()

    def may_reach(self, line: int, _left: Pool, _right: Pool, /) -> bool:
        """Nothing reaches only what lies below."""
        return line <= 0
