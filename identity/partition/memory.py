"""The links of a settled piece, kept beside its records so that nobody finds them again.

Invariant: a record keeps its links to those records of its piece that have lesser numbers, and which of the
identifiers it posts say nothing, both under a stamp of the rules. They hold until one of the records changes,
a key of theirs dies or comes to life, or somebody judges them. Each of these settles the records again, and
who settles a piece writes what has changed. A record of a piece that had to give links up keeps the stamp
alone. What bears another stamp is as good as forgotten, and its record is explored again whoever meets it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from identity.context import Context
from identity.model import RecordKey
from identity.partition.links import Link, Strength
from identity.partition.store_graph import Row
from identity.policy import Policy

RULES: Final = "1"
"""Changes when links are found in another way than model and policy tell."""
WIDTH: Final = 4
"""Numbers of a kept link: the other record, the strength, what it rests on, the weight."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The digests of a record's identifiers that say nothing, and its links to lesser numbers."""

    mute: frozenset[int]
    links: tuple[tuple[int, ...], ...]

    @property
    def weighed(self) -> set[int]:
        """The other ends of the links that rest on a weight: the others hold whoever is compared."""
        return {number for number, strength, *_ in self.links if strength > Strength.DETERMINISTIC}


def stamp(ctx: Context) -> int:
    """What changes with the model, the policy and the rules."""
    return crc32(f"{RULES}|{ctx.model_no}|{ctx.model.version}|{ctx.policy.mark}".encode())


def write(
    links: Iterable[Link],
    mute: Mapping[RecordKey, Iterable[int]],
    rows: Mapping[RecordKey, Row],
    ctx: Context,
) -> dict[int, tuple[int, ...]]:
    """What each record of a piece keeps, by its number; `mute` names them all."""
    found: dict[RecordKey, list[tuple[int, ...]]] = defaultdict(list)
    for link in links:
        lesser, greater = sorted((link.left, link.right), key=lambda ref: rows[ref].record_no)
        found[greater].append(
            (rows[lesser].record_no, link.strength, _rests_on(link, ctx.policy), link.weight)
        )
    first = stamp(ctx)
    return {
        rows[ref].record_no: (
            first,
            len(silent := sorted(digests)),
            *silent,
            *(number for link in sorted(found[ref]) for number in link),
        )
        for ref, digests in mute.items()
    }


def nothing(ctx: Context) -> tuple[int, ...]:
    """What a record keeps whose piece had to give links up."""
    return (stamp(ctx),)


def read(kept: Sequence[int] | None, ctx: Context) -> Kept | None:
    """What a record keeps, None when that is nothing or was written under other rules."""
    if kept is None or kept[0] != stamp(ctx) or len(kept) == 1:
        return None
    first = 2 + kept[1]
    links = tuple(tuple(kept[place : place + WIDTH]) for place in range(first, len(kept), WIDTH))
    return Kept(frozenset(kept[2:first]), links)


def links(kept: Mapping[RecordKey, Kept], ref_of: Mapping[int, RecordKey], policy: Policy) -> Iterator[Link]:
    """The links between records that all keep theirs."""
    rules = {rule.code: rule for rule in policy.identifiers.values()}
    for ref, each in kept.items():
        for number, strength, rests_on, weight in each.links:
            other = ref_of.get(number)
            if other is None or other not in kept:
                continue
            left, right = (ref, other) if ref < other else (other, ref)
            match strength:
                case Strength.JUDGED:
                    yield Link(left, right, Strength.JUDGED, "judged", rests_on, weight)
                case Strength.DETERMINISTIC:
                    rule = rules[rests_on]
                    yield Link(left, right, Strength.DETERMINISTIC, rule.type, rule.priority, weight)
                case _:
                    yield Link(left, right, Strength(strength), "weight", 0, weight)


def _rests_on(link: Link, policy: Policy) -> int:
    match link.strength:
        case Strength.JUDGED:
            return link.rank
        case Strength.DETERMINISTIC:
            return policy.identifiers[link.basis].code
        case _:
            return 0
