"""Whether those whom two records bring along contradict each other.

A link of weight is about two records; a group that joins by it brings all its others along. One record that
mixes two people, by a slip or on purpose, weighs enough with either, and would make one person of both. What
the groups say together does not show it: there the best agreement counts, and the mixing record brings that.
So the records are asked one by one, each of one side with each of the other, and the average tells.

Who is one by proof, and contradicts all the same (she moved, married, and kept her card), is two companies:
whoever is like the one need not be like the other.

Invariant: a company is a part of a group, and whether two contradict is a symmetric function of them, their
members' pools and the model.
"""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from itertools import product
from typing import Final

from identity.model import RecordKey
from identity.partition.links import DOUBT_LINE, Link, Member, Strength
from identity.scoring.weigh import Model

ASKED_MAX: Final = 8
"""So many records speak for a company, those with the least keys, so that a large one costs no more."""
PAIRS_MIN: Final = 3
"""Fewer pairs contradict nobody: one of them is the link itself, and the other may be a slip."""


class Companies:
    """The records of a piece, at first each by itself. Each pair of them is weighed once at most."""

    def __init__(self, members: Mapping[RecordKey, Member], links: Iterable[Link], model: Model) -> None:
        self._members = members
        self._model = model
        self._weights = {(link.left, link.right): link.weight for link in links}
        self._of: dict[RecordKey, frozenset[RecordKey]] = {}

    def contradict(self, link: Link) -> bool:
        """Whether the companies at its ends are clearly two people, by the average of their pairs."""
        weights = self._met(link)
        return len(weights) >= PAIRS_MIN and _are_in_doubt(weights)

    def join(self, link: Link) -> None:
        """Makes one company of those at the ends of a link, unless proof joins what is in doubt."""
        if link.strength > Strength.DETERMINISTIC or not _are_in_doubt(self._met(link)):
            left, right = self._ends(link)
            self._of.update(dict.fromkeys(left | right, left | right))

    def _met(self, link: Link) -> list[int]:
        left, right = (nsmallest(ASKED_MAX, company) for company in self._ends(link))
        return [self._weight(*pair) for pair in product(left, right)]

    def _ends(self, link: Link) -> tuple[frozenset[RecordKey], frozenset[RecordKey]]:
        return self._company(link.left), self._company(link.right)

    def _company(self, ref: RecordKey) -> frozenset[RecordKey]:
        return self._of.get(ref) or frozenset((ref,))

    def _weight(self, one: RecordKey, other: RecordKey) -> int:
        pair = (one, other) if one < other else (other, one)
        if pair not in self._weights:
            left, right = (self._members[end].pool for end in pair)
            self._weights[pair] = self._model.weight(left, right)
        return self._weights[pair]


def _are_in_doubt(weights: Sequence[int]) -> bool:
    return sum(weights) < DOUBT_LINE * len(weights)
