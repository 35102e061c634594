"""People of one home: the other explanation of two records that agree, beside one person and two strangers.

Street, postcode, city, family name and the family's telephone come together. Counted each by itself they
outweigh every difference in what tells the people of a home apart, so mother and daughter, or father and son
of one name, weigh as much as one person. A model that knows how often pairs live together asks how well that
explains a pair, and takes off what it explains better than chance. An office is a home to many, who share its
name as well.

Invariant: who lives together shares what belongs to a home and nothing else: in all other attributes two such
people agree as often as two strangers do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

HOMES: Final = frozenset(("street", "postcode"))
"""What a file must hold of its people before it can tell who lives together."""

SHARED: Final = frozenset(
    (*HOMES, "family_name", "street_number", "city", "region", "phone", "email", "employer")
)
"""What the people of a home share."""


@dataclass(frozen=True, slots=True)
class Kin:
    """How often two records are two people of one home, and, by attribute that homes share, how often such
    pairs show each level.
    """

    prior: float
    shares: Mapping[str, tuple[float, ...]]

    @property
    def prior_bits(self) -> float:
        """What is believed of two records before anything of theirs is compared."""
        return log2(self.prior / (1 - self.prior))

    def bits(self, comparison: str, chances: Sequence[float]) -> tuple[float, ...] | None:
        """What each level says for one home rather than for strangers, of whom so many show it; None where
        homes share nothing of the kind.
        """
        shares = self.shares.get(comparison)
        if shares is None:
            return None
        return tuple(log2(share / u) for share, u in zip(shares, chances, strict=True))
