"""The groups of one piece while they join along its links.

Invariant: a group's pool and reach are what its records say together, whatever the order in which they came;
so two runs that try the same links in the same order come to the same groups, and give the same reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from identity.model import RecordKey, Verdict
from identity.partition.company import Companies
from identity.partition.judgements import Bench
from identity.partition.links import Link, Member, Strength
from identity.partition.pieces import Piece
from identity.partition.veto import Refusal, are_born_apart, veto
from identity.policy import Policy
from identity.scoring.pool import Pool
from identity.scoring.weigh import UNITS_PER_BIT, Model

Closeness = tuple[int, int, int]
"""Strength, rank and weight of a link, the last negative, so that the closer is the less."""

CLEARLY_HEAVIER: Final = 3 * UNITS_PER_BIT
"""Of two links of one class the heavier tells whose a record is when it is so much heavier."""


@dataclass(frozen=True, slots=True)
class Join:
    """A link that made one group of two, in pass 1 or 2, with its weight or that of the pooled values."""

    link: Link
    stage: int
    weight: int


@dataclass(frozen=True, slots=True)
class PossibleMatch:
    """Two persons that may be one, by their strongest link, and why they were not joined."""

    link: Link
    refusal: Refusal


@dataclass(eq=False, slots=True)
class _Group:
    """Records joined so far. `reach` says to which records its vague ones are linked, and how closely."""

    number: int
    pool: Pool
    reach: dict[RecordKey, Closeness]


class Groups:
    """The groups of one piece, at first one for each record."""

    def __init__(
        self,
        piece: Piece,
        members: Mapping[RecordKey, Member],
        bench: Bench,
        model: Model,
        policy: Policy,
    ) -> None:
        self.joins: list[Join] = []
        self._links = piece.links
        self._model = model
        self._companies = Companies(members, piece.links, model)
        self._bench = bench.within(piece.members)
        self._policy = policy
        self._numbers = count()
        self._group_of = {
            ref: _Group(next(self._numbers), members[ref].pool, {}) for ref in sorted(piece.members)
        }
        self._nameless = {ref for ref in piece.members if not members[ref].pool.tells_apart}
        self._vague = self._nameless | _unborn({ref: members[ref].pool for ref in piece.members}, policy)
        self._vetoes: dict[tuple[int, int], Refusal | None] = {}
        self._refused: dict[Link, Refusal] = {}
        self._reach_along(link for link in piece.links if link.strength is not Strength.POSSIBLE)

    def join(self, link: Link, *, stage: int, weight: int) -> None:
        """Joins the groups at the ends of a link unless something forbids it."""
        left, right = self._sides(link)
        if left is right:
            return
        refusal = self._refusal(link, left, right)
        if refusal is not None:
            self._refused[link] = refusal
            return
        reach = dict(left.reach)
        for end, closeness in right.reach.items():
            reach[end] = min(closeness, reach.get(end, closeness))
        joined = _Group(next(self._numbers), left.pool | right.pool, reach)
        self._group_of.update(dict.fromkeys(joined.pool.refs, joined))
        self._companies.join(link)
        self.joins.append(Join(link, stage, weight))

    def pooled(self) -> list[tuple[int, Link]]:
        """The linked pairs of groups, as they stand now, whose pooled values weigh enough, heaviest first."""
        self._reach_along(link for link in self._links if link.strength is Strength.POSSIBLE)
        weighed = ((self._pooled_weight(link), link) for link in self._apart())
        heavy = [(weight, link) for weight, link in weighed if weight >= self._model.join_line]
        return sorted(heavy, key=lambda found: (-found[0], self._least_ends(found[1])))

    def final(self) -> tuple[frozenset[RecordKey], ...]:
        """The persons, by their least record."""
        return tuple(sorted({group.pool.refs for group in self._group_of.values()}, key=min))

    def matches(self) -> tuple[PossibleMatch, ...]:
        """The pairs of persons that something links, each with the reason for which they are two."""
        return tuple(PossibleMatch(link, self._reason(link)) for link in self._apart())

    def _apart(self) -> list[Link]:
        """The strongest link between each pair of linked groups."""
        strongest: dict[frozenset[int], Link] = {}
        for link in self._links:
            left, right = self._sides(link)
            if left is not right:
                strongest.setdefault(frozenset((left.number, right.number)), link)
        return list(strongest.values())

    def _sides(self, link: Link) -> tuple[_Group, _Group]:
        return self._group_of[link.left], self._group_of[link.right]

    def _least_ends(self, link: Link) -> list[RecordKey]:
        return sorted(min(group.pool.refs) for group in self._sides(link))

    def _pooled_weight(self, link: Link) -> int:
        left, right = self._sides(link)
        if len(left.pool.refs) == len(right.pool.refs) == 1:
            return link.weight  # what a record says alone was weighed when the link was found
        return self._model.weight(left.pool, right.pool)

    def _reason(self, link: Link) -> Refusal:
        refusal = self._veto(*self._sides(link)) or self._refused.get(link)
        return refusal or Refusal("review", "The evidence is too little to join and too much to forget.")

    def _veto(self, left: _Group, right: _Group) -> Refusal | None:
        pair = (left.number, right.number) if left.number < right.number else (right.number, left.number)
        if pair not in self._vetoes:
            self._vetoes[pair] = veto(left.pool, right.pool, self._bench, self._policy)
        return self._vetoes[pair]

    def _refusal(self, link: Link, left: _Group, right: _Group) -> Refusal | None:
        refusal = self._veto(left, right) or self._discord(link)
        if refusal is not None or self._vague.isdisjoint((link.left, link.right)):
            return refusal
        judged = self._bench.between(left.pool.refs, right.pool.refs)
        if judged is not None and judged.verdict is Verdict.SAME:
            return None
        for end, own, target in ((link.left, left, right), (link.right, right, left)):
            if end in self._nameless and self._is_ambiguous(own, target, link):
                return Refusal("ambiguous", "It names nobody and may as well belong to somebody else.")
            if end in self._vague and self._is_one_of_two(own, target, link):
                return Refusal("ambiguous", "It may as well belong to a namesake born on another day.")
        return None

    def _discord(self, link: Link) -> Refusal | None:
        """Why a link that rests on weight alone joins two records, and not those whom they bring along."""
        if link.strength <= Strength.DETERMINISTIC or not self._companies.contradict(link):
            return None
        return Refusal("review", "Two records agree, but the others of both speak against it.")

    def _is_ambiguous(self, own: _Group, target: _Group, link: Link) -> bool:
        """True when nameless records of `own` might as well belong to a rival, whom the target is not.

        A rival is linked to them through a record with a name, or through another nameless one by a link that
        is not weaker: else a family's address between two till records would outweigh the cards that tell
        whose they are. Beside a number for life only such a number makes a rival.
        """
        is_number = link.basis in self._policy.exclusive_types
        rivals = {
            self._group_of[end]
            for end, how_close in own.reach.items()
            if how_close[:2] <= (link.strength, link.rank) or (end not in self._nameless and not is_number)
        }
        return any(
            self._veto(target, rival) is not None and self._veto(own, rival) is None
            for rival in rivals - {own, target}
        )

    def _is_one_of_two(self, own: _Group, target: _Group, link: Link) -> bool:
        """True when nothing tells which of two namesakes `own`, on whom no birth is known, is: father and son
        of one name in one home.
        """
        if own.pool.births or not target.pool.births:
            return False
        line = (link.strength, link.rank, CLEARLY_HEAVIER - link.weight)
        rivals = {self._group_of[end] for end, how_close in own.reach.items() if how_close <= line}
        return any(
            are_born_apart(target.pool, rival.pool) and self._veto(own, rival) is None
            for rival in rivals - {own, target}
        )

    def _reach_along(self, links: Iterable[Link]) -> None:
        for link in links:
            for end in {link.left, link.right} & self._vague:
                reach, other = self._group_of[end].reach, link.other(end)
                closeness = (link.strength, link.rank, -link.weight)
                reach[other] = min(closeness, reach.get(other, closeness))


def _unborn(pools: Mapping[RecordKey, Pool], policy: Policy) -> set[RecordKey]:
    """The records without a birth where others have different ones; none where nobody lives together."""
    births = {born for pool in pools.values() for born in pool.births}
    if policy.one_to_a_home or len(births) < 2:
        return set()
    return {ref for ref, pool in pools.items() if not pool.births}
