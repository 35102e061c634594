"""The partition of all records into persons, as a pure function of records, judgements, model and policy.

Invariant: no clock, no chance, no arrival order and no stored counter enters, so whoever computes it, from
scratch or only the pieces that a change touched, comes to the same groups. The parts are: keys and whether
they are live (`keys`), links (`links`), pieces (`pieces`), and groups that join along the links (`groups`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from identity.canonical import keys
from identity.model import Judgement, Key, Record, RecordKey
from identity.partition import links, pieces
from identity.partition.groups import Groups, Join, PossibleMatch
from identity.partition.judgements import Bench, bench
from identity.partition.links import Member, Strength
from identity.partition.pieces import Piece
from identity.policy import Policy
from identity.scoring.weigh import Model


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
    linked = links.among(members, decided, model, policy, crowded=keys.crowded(lists, policy))
    found = pieces.split(members, linked, pieces.ladder(model, policy))
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
    """How the records of a piece join: along its links in order unless vetoed, then by pooled values.

    `decided` may hold any judgements beside those on the piece's records, `members` any records.
    """
    groups = Groups(piece, members, decided, model, policy)
    for link in piece.links:
        if link.strength is not Strength.POSSIBLE:
            groups.join(link, stage=1, weight=link.weight)
    for weight, link in groups.pooled():
        groups.join(link, stage=2, weight=weight)
    return Resolution(
        groups=groups.final(),
        joins=tuple(groups.joins),
        matches=groups.matches(),
        oversize=Oversize(piece.members, piece.dropped) if piece.dropped else None,
    )
