"""Which groups became one through whom, of several records that came at once: as if they had come in order.

Invariant: what the arrivals joined adds up to what was joined. A record joins the groups of those it is
linked with and that are there already; what else became one in its group counts for the last that came to it,
and what became one where nobody came for the last of all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a record met when it came.

    `joins` is how many groups became one with its own. The records that it is one with now were in `others`
    groups before; `is_at_home` when its own earlier group is one of them.
    """

    joins: int
    others: int
    is_at_home: bool


NOBODY: Final = Arrival(0, 0, is_at_home=False)


def replay(
    came: Sequence[int],
    earlier: Mapping[int, int],
    present: Mapping[int, int],
    linked: Mapping[int, Collection[int]],
) -> dict[int, Arrival]:
    """What each of the records that came met. `earlier` and `present` name the groups of all records."""
    inside: dict[int, list[int]] = defaultdict(list)
    for number, group in present.items():
        inside[group].append(number)
    came_to: dict[int, list[int]] = defaultdict(list)
    for number in came:
        if number in present:
            came_to[present[number]].append(number)
    found = dict.fromkeys(came, NOBODY)
    for group, newly in came_to.items():
        found |= _into(inside[group], newly, earlier, linked)
    elsewhere = sum(_apart(inside[group], earlier) - 1 for group in inside.keys() - came_to.keys())
    if elsewhere and came:
        last = found[came[-1]]
        found[came[-1]] = replace(last, joins=last.joins + elsewhere)
    return found


def _into(
    members: Sequence[int],
    came: Sequence[int],
    earlier: Mapping[int, int],
    linked: Mapping[int, Collection[int]],
) -> dict[int, Arrival]:
    """The arrivals of those who came to one group."""
    group_of = {number: earlier[number] for number in members if number in earlier}
    found: dict[int, Arrival] = {}
    for number in came:
        own = group_of.setdefault(number, -number)
        met = {group_of[other] for other in linked.get(number, ()) if other in group_of} | {own}
        if number == came[-1]:
            met |= set(group_of.values())
        others = {group for other, group in group_of.items() if other != number and group in met}
        found[number] = Arrival(len(met) - 1, len(others), own in others)
        group_of = {other: own if group in met else group for other, group in group_of.items()}
    return found


def _apart(members: Iterable[int], earlier: Mapping[int, int]) -> int:
    """Of how many groups these were, each that is new for itself."""
    return len({earlier.get(number, -number) for number in members})
