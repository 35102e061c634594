"""The partition of all records into persons, as a pure function of records, judgements, model and policy.

Invariant: no clock, no chance, no arrival order and no stored counter enters, so whoever computes it, from
scratch or only the pieces that a change touched, comes to the same groups. The parts are: keys and whether
they are live (`keys`), links (`links`), pieces (`pieces`), and here how the links of one piece join its
records into groups.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from identity import keys, links, pieces
from identity.judgements import Bench, bench
from identity.links import Link, Member, Strength
from identity.model import Judgement, Key, Record, RecordKey, Verdict
from identity.pieces import Piece
from identity.policy import Policy
from identity.pool import Pool
from identity.veto import Refusal, veto
from identity.weigh import Model


@dataclass(frozen=True, slots=True)
class Join:
    """A link along which two groups became one, in pass 1 or 2; `weight` is the link's or that of the pooled
    values.
    """

    link: Link
    stage: int
    weight: int


@dataclass(frozen=True, slots=True)
class PossibleMatch:
    """Two persons that may be one, by their strongest link, and why they were not joined."""

    link: Link
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Oversize:
    """What had to be given up to bound a piece: one review item."""

    members: frozenset[RecordKey]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What becomes of one piece: its persons by their least record, the joins in order, what to look at."""

    groups: tuple[frozenset[RecordKey], ...]
    joins: tuple[Join, ...]
    matches: tuple[PossibleMatch, ...]
    oversize: Oversize | None


@dataclass(frozen=True, slots=True)
class Partition:
    """What becomes of everything; `generic` are the keys that say nothing any more, one review item each."""

    groups: tuple[frozenset[RecordKey], ...]
    joins: tuple[Join, ...]
    matches: tuple[PossibleMatch, ...]
    oversize: tuple[Oversize, ...]
    generic: tuple[Key, ...]

    def person_of(self) -> dict[RecordKey, frozenset[RecordKey]]:
        """The group of each record."""
        return {ref: group for group in self.groups for ref in group}


def partition(
    records: Iterable[Record], judgements: Iterable[Judgement], model: Model, policy: Policy
) -> Partition:
    """The partition from scratch."""
    known = {record.ref: record for record in records}
    lists = keys.posts((each, keys.posted(each, model.blocking(each), policy)) for each in known.values())
    live = keys.live(lists, policy)
    members = {ref: links.member(record, live, model, policy) for ref, record in known.items()}
    decided = bench(judgements)
    found = pieces.split(members, links.among(members, decided, model, policy), pieces.ladder(model, policy))
    resolved = [resolve(piece, members, decided, model, policy) for piece in found]
    return Partition(
        groups=tuple(group for each in resolved for group in each.groups),
        joins=tuple(join for each in resolved for join in each.joins),
        matches=tuple(match for each in resolved for match in each.matches),
        oversize=tuple(each.oversize for each in resolved if each.oversize is not None),
        generic=tuple(sorted(lists.keys() - live)),
    )


def resolve(
    piece: Piece, members: Mapping[RecordKey, Member], decided: Bench, model: Model, policy: Policy
) -> Resolution:
    """How the records of one piece join: along its links in order unless vetoed, then once more by pooled
    values.
    """
    groups = _Groups(piece, members, decided, policy)
    for link in piece.links:
        if link.strength is not Strength.POSSIBLE:
            groups.join(link, stage=1, weight=link.weight)
    for weight, link in groups.pooled(model):
        groups.join(link, stage=2, weight=weight)
    return Resolution(
        groups=groups.final(),
        joins=tuple(groups.joins),
        matches=groups.matches(),
        oversize=Oversize(piece.members, piece.dropped) if piece.dropped else None,
    )


class _Groups:
    """The groups of one piece while they join."""

    def __init__(
        self, piece: Piece, members: Mapping[RecordKey, Member], decided: Bench, policy: Policy
    ) -> None:
        self._piece = piece
        self._decided = decided.within(piece.members)
        self._policy = policy
        self._pool_of: dict[RecordKey, Pool] = {ref: members[ref].pool for ref in piece.members}
        self._vague = {ref for ref in piece.members if not members[ref].pool.tells_apart}
        self._refused: dict[Link, Refusal] = {}
        self._links_of: dict[RecordKey, list[Link]] = defaultdict(list)
        self._meet(link for link in piece.links if link.strength is not Strength.POSSIBLE)
        self.joins: list[Join] = []

    def join(self, link: Link, *, stage: int, weight: int) -> None:
        """Join the groups at the ends of a link unless something forbids it."""
        left, right = self._sides(link)
        if left is right:
            return
        refusal = self._refusal(link, left, right)
        if refusal is not None:
            self._refused[link] = refusal
            return
        joined = left | right
        for ref in joined.refs:
            self._pool_of[ref] = joined
        self.joins.append(Join(link, stage, weight))

    def pooled(self, model: Model) -> list[tuple[int, Link]]:
        """The linked pairs of groups, as they stand now, whose pooled values weigh enough, heaviest first."""
        self._meet(link for link in self._piece.links if link.strength is Strength.POSSIBLE)
        weighed = ((model.weight(*self._sides(link)), link) for link in self._apart())
        heavy = [(weight, link) for weight, link in weighed if weight >= model.join_line]
        return sorted(heavy, key=lambda found: (-found[0], self._ends(found[1])))

    def final(self) -> tuple[frozenset[RecordKey], ...]:
        """The persons, by their least record."""
        return tuple(sorted({pool.refs for pool in self._pool_of.values()}, key=min))

    def matches(self) -> tuple[PossibleMatch, ...]:
        """The pairs of persons that something links, each with the reason for which they are two."""
        return tuple(PossibleMatch(link, self._reason(link)) for link in self._apart())

    def _apart(self) -> list[Link]:
        """The strongest link between each pair of linked groups."""
        strongest: dict[tuple[RecordKey, RecordKey], Link] = {}
        for link in self._piece.links:
            if self._pool_of[link.left] is not self._pool_of[link.right]:
                strongest.setdefault(self._ends(link), link)
        return list(strongest.values())

    def _ends(self, link: Link) -> tuple[RecordKey, RecordKey]:
        one, other = (min(pool.refs) for pool in self._sides(link))
        return (one, other) if one <= other else (other, one)

    def _sides(self, link: Link) -> tuple[Pool, Pool]:
        return self._pool_of[link.left], self._pool_of[link.right]

    def _meet(self, found: Iterable[Link]) -> None:
        for link in found:
            self._links_of[link.left].append(link)
            self._links_of[link.right].append(link)

    def _veto(self, left: Pool, right: Pool) -> Refusal | None:
        return veto(left, right, self._decided, self._policy)

    def _reason(self, link: Link) -> Refusal:
        refusal = self._veto(*self._sides(link)) or self._refused.get(link)
        return refusal or Refusal("review", "The evidence is too little to join and too much to forget.")

    def _refusal(self, link: Link, left: Pool, right: Pool) -> Refusal | None:
        refusal = self._veto(left, right)
        if refusal is not None or self._vague.isdisjoint((link.left, link.right)):
            return refusal
        judged = self._decided.between(left.refs, right.refs)
        if judged is not None and judged.verdict is Verdict.SAME:
            return None
        return self._ambiguity(link, link.left) or self._ambiguity(link, link.right)

    def _ambiguity(self, link: Link, end: RecordKey) -> Refusal | None:
        """Whether a nameless end might as well belong to a rival, whom the target is not."""
        if end not in self._vague:
            return None
        own, target = self._pool_of[end], self._pool_of[link.other(end)]
        rivals = [pool for pool in self._rivals(link, own) if pool is not own and pool is not target]
        if any(self._veto(target, rival) and not self._veto(own, rival) for rival in rivals):
            return Refusal("ambiguous", "It names nobody and may as well belong to somebody else.")
        return None

    def _rivals(self, link: Link, own: Pool) -> Iterable[Pool]:
        """The groups to which the nameless records of `own` are linked.

        Through another nameless record only by a link that is not weaker: else a family's address between two
        till records would outweigh the cards that tell whose they are.
        """
        ends = {
            other.other(ref)
            for ref in own.refs & self._vague
            for other in self._links_of[ref]
            if other.other(ref) not in self._vague or other.order[:2] <= link.order[:2]
        }
        return {id(pool): pool for pool in (self._pool_of[end] for end in ends)}.values()
