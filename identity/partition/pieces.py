"""Into which pieces the graph of links falls, none larger than the policy's bound.

The ladder names what is given up, weakest first: level 0 keeps every link, level 1 no possible ones, the next
levels only probable ones from rising lines on, then none, then deterministic ones without the least believed
type, and so on, until judgements alone hold.

Invariant: the piece of a record is its connected component at the first level at which that component has at
most `bound` records, else the record alone. Because what one level keeps the level before keeps too, every
record of a piece has the same piece, the pieces cover everything once, and a breadth-first search from any
record that stops at bound + 1 records a level finds its piece without seeing the rest.

What changes: when links at some records change, only the pieces, before and after, of those records can
change. For take a record whose first fitting level is the same before and after: its component there changed,
so it holds an end of a changed link. If the level rose, its old piece grew past the bound, so that piece held
an end of a new link; if it fell, its new piece holds an end of a link that went.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from identity.model import RecordKey
from identity.partition.links import Link, Strength
from identity.policy import Policy
from identity.scoring.weigh import UNITS_PER_BIT, Model

BATCH_SIZE: Final = 64  # records asked about at a time: a search that will stop at the bound asks little more

Around = Callable[[Collection[RecordKey]], Iterable[Link]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Records that are resolved together, the links between them in order, and what was dropped for it."""

    members: frozenset[RecordKey]
    level: int
    links: tuple[Link, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Ladder:
    """The levels at which links are given up: `lines` are weights, rising; `priorities` fall."""

    lines: tuple[int, ...]
    priorities: tuple[int, ...]
    bound: int

    @cached_property
    def last(self) -> int:
        """The level at which judgements alone hold; beyond it every record stands alone."""
        return 2 + len(self.lines) + len(self.priorities)

    def keeps_until(self, link: Link) -> int:
        """The last level that keeps the link."""
        match link.strength:
            case Strength.JUDGED:
                return self.last
            case Strength.DETERMINISTIC:
                return 2 + len(self.lines) + self.priorities.index(link.rank)
            case Strength.PROBABLE:
                return 1 + sum(link.weight >= line for line in self.lines)
            case Strength.POSSIBLE:
                return 0

    def dropped(self, level: int) -> tuple[str, ...]:
        """What is given up at a level, in words."""
        words = ["possible links"]
        words += [f"probable links below line {number}" for number in range(1, len(self.lines) + 1)]
        words.append("probable links")
        words += [f"links of identifier types with priority {priority}" for priority in self.priorities]
        words.append("judgements")
        return tuple(words[:level])


def ladder(model: Model, policy: Policy) -> Ladder:
    """The levels that model and policy give."""
    lines = tuple(model.join_line + bits * UNITS_PER_BIT for bits in policy.drop_lines_bits)
    priorities = tuple(sorted({rule.priority for rule in policy.identifiers.values()}, reverse=True))
    return Ladder(lines, priorities, policy.component_bound)


def split(refs: Iterable[RecordKey], links: Iterable[Link], ladder: Ladder) -> list[Piece]:
    """All pieces of a graph, by their least record."""
    found: list[Piece] = []
    unsplit = [(0, frozenset(refs), tuple(sorted(links, key=lambda link: link.order)))]
    while unsplit:
        level, members, held = unsplit.pop()
        kept = tuple(link for link in held if ladder.keeps_until(link) >= level)
        for component in _components(members, kept):
            inside = tuple(link for link in kept if link.left in component)
            if len(component) <= ladder.bound:
                found.append(Piece(component, level, inside, ladder.dropped(level)))
            elif level < ladder.last:
                unsplit.append((level + 1, component, inside))
            else:
                found += [_alone(ref, ladder) for ref in component]
    return sorted(found, key=lambda piece: min(piece.members))


def find(start: RecordKey, around: Around, ladder: Ladder) -> Piece:
    """The piece of one record; `around` gives all links of some records and is asked as little as can be."""
    graph = _Graph(around)
    for level in range(ladder.last + 1):
        members = graph.reach(start, level, ladder)
        if members is not None:
            links = graph.inside(members, level, ladder)
            return Piece(members, level, links, ladder.dropped(level))
    return _alone(start, ladder)


class _Graph:
    """The part of the graph that a search has seen."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._links: dict[RecordKey, set[Link]] = {}

    def reach(self, start: RecordKey, level: int, ladder: Ladder) -> frozenset[RecordKey] | None:
        """The component of `start` at a level, None as soon as it is known to be too large."""
        reached, waiting = {start}, [start]
        while waiting:
            batch, waiting = waiting[:BATCH_SIZE], waiting[BATCH_SIZE:]
            self._ask(batch)
            for ref in batch:
                ends = {link.other(ref) for link in self._links[ref] if ladder.keeps_until(link) >= level}
                waiting += ends - reached
                reached |= ends
                if len(reached) > ladder.bound:
                    return None
        return frozenset(reached)

    def inside(self, members: frozenset[RecordKey], level: int, ladder: Ladder) -> tuple[Link, ...]:
        """The links that hold at a level between members that were all reached."""
        links = {link for ref in members for link in self._links[ref] if ladder.keeps_until(link) >= level}
        return tuple(sorted(links, key=lambda link: link.order))

    def _ask(self, refs: Iterable[RecordKey]) -> None:
        unknown = [ref for ref in refs if ref not in self._links]
        if not unknown:
            return
        self._links.update((ref, set()) for ref in unknown)
        for link in self._around(unknown):
            for end in (link.left, link.right):
                if end in self._links:
                    self._links[end].add(link)


def _alone(ref: RecordKey, ladder: Ladder) -> Piece:
    level = ladder.last + 1
    return Piece(frozenset((ref,)), level, (), ladder.dropped(level))


def _components(members: Iterable[RecordKey], links: Iterable[Link]) -> list[frozenset[RecordKey]]:
    neighbours: dict[RecordKey, list[RecordKey]] = defaultdict(list)
    for link in links:
        neighbours[link.left].append(link.right)
        neighbours[link.right].append(link.left)
    found, left_over = [], set(members)
    while left_over:
        start = left_over.pop()
        reached, waiting = {start}, [start]
        while waiting:
            ends = {end for end in neighbours[waiting.pop()] if end not in reached}
            reached |= ends
            waiting += ends
        left_over -= reached
        found.append(frozenset(reached))
    return found
