"""How well a person hangs together: how many records, how many of the possible links, which are bridges.

Invariant: pure; a bridge is a link without which the records would fall into two parts. A person that hangs
on one probable link between two parts, or that is very large, is what a steward should look at first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from identity.model import RecordKey
from identity.partition.links import Link, Strength

SIZE_MAX: Final = 40
"""Records of a person beyond which somebody should look, whatever holds them together."""
PART_MIN: Final = 2
"""A bridge to a single record is how every person begins; one between larger parts may join two people."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A person's `size` in records, the share of pairs that are linked, and the links that are bridges."""

    size: int
    density: float
    bridges: tuple[Link, ...]
    doubt: str | None = None  # bridge | size


def measure(group: AbstractSet[RecordKey], links: Iterable[Link]) -> Quality:
    """The quality of a group by the links inside it, judged by people or not."""
    inside = [
        link
        for link in links
        if link.strength is not Strength.POSSIBLE and link.left in group and link.right in group
    ]
    size = len(group)
    pairs = size * (size - 1) // 2
    bridges = _bridges(group, inside)
    doubt = "size" if size > SIZE_MAX else None
    if any(link.strength is Strength.PROBABLE and least >= PART_MIN for link, least in bridges):
        doubt = "bridge"
    found = tuple(sorted((link for link, _ in bridges), key=lambda link: link.order))
    return Quality(size, len(inside) / pairs if pairs else 1.0, found, doubt)


def _bridges(group: Collection[RecordKey], links: Collection[Link]) -> list[tuple[Link, int]]:
    """The bridges, each with the size of the smaller part beside it. Depth first, without recursion."""
    around: dict[RecordKey, list[Link]] = defaultdict(list)
    for link in links:
        around[link.left].append(link)
        around[link.right].append(link)
    found: list[tuple[Link, int]] = []
    entered: dict[RecordKey, int] = {}
    lowest: dict[RecordKey, int] = {}
    below: dict[RecordKey, int] = {}
    for root in sorted(group):
        if root in entered:
            continue
        begun, crossed = len(entered), []
        path: list[tuple[RecordKey, Link | None, list[Link]]] = [(root, None, list(around[root]))]
        entered[root] = lowest[root] = begun
        below[root] = 1
        while path:
            ref, came, left = path[-1]
            if left:
                link = left.pop()
                other = link.other(ref)
                if link is came:
                    continue
                if other in entered:
                    lowest[ref] = min(lowest[ref], entered[other])
                    continue
                entered[other] = lowest[other] = len(entered)
                below[other] = 1
                path.append((other, link, list(around[other])))
                continue
            path.pop()
            if came is not None:
                parent = path[-1][0]
                lowest[parent] = min(lowest[parent], lowest[ref])
                below[parent] += below[ref]
                if lowest[ref] > entered[parent]:
                    crossed.append((came, below[ref]))
        whole = below[root]
        found += [(link, min(part, whole - part)) for link, part in crossed]
    return found
