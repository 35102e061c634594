"""Which units of a basket form groups: for buy-X-get-Y, for bundles and for gifts.

Invariant: a unit serves at most one group. Of all ways to form groups the one that is worth most to the
shopper is taken, but for the oldest rule of shops: without products of its own, what is got are the cheapest
of each group, the groups being formed dearest first. More units, or dearer ones, never make it worth less.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from offers.catalogue.group import BUY, GET, Group
from offers.money import dearest

Holds = Callable[[int], bool]
Worth = Callable[[int, int], int]
"""What the reward gives on so many units of a stack, by the stack's place."""


class Stack(NamedTuple):
    """The units of one line that are free to serve, what they cost now, and which parts they fit."""

    units: int
    amount_minor: int
    fits: tuple[int, ...]


class Pick(NamedTuple):
    """How many units of a stack serve in groups, and how many of these the reward touches."""

    used: int
    got: int


def form(
    group: Group,
    stacks: Sequence[Stack],
    *,
    most: int | None,
    price_minor: int | None = None,
    worth: Worth | None = None,
) -> tuple[int, list[Pick]]:
    """How many groups are formed and from which units. The stacks come dearest first.

    `price_minor`: what a bundle costs, where it has a price: only bundles that save something are formed.
    `worth`: what is got is compared by this; left out: by what it costs.
    """
    units = sum([stack.units for stack in stacks])
    bound = units // group.size if most is None else min(most, units // group.size)
    if group.is_cheapest:
        return bound, _cheapest_of_each(group, stacks, bound)
    if not group.is_bundle:
        return _apart(group, stacks, bound, worth or _costs(stacks))
    bound = _last(bound, lambda count: _fill(group, stacks, count) is not None)
    if price_minor is not None:
        bound = _last(bound, lambda count: _gain(group, stacks, count) > price_minor)
    filled = _fill(group, stacks, bound)
    assert filled is not None, "the bound can be filled"
    return bound, [Pick(used, used) for used in filled]


def missing(group: Group, stacks: Sequence[Stack]) -> int:
    """How many units one group lacks."""
    if group.is_cheapest:
        return max(0, group.size - sum([stack.units for stack in stacks]))
    return group.size - sum(_place(group.units, stacks))


def _cheapest_of_each(group: Group, stacks: Sequence[Stack], groups: int) -> list[Pick]:
    """Units stand dearest first, cut into groups; the last units of each are got."""
    end = groups * group.size
    picks: list[Pick] = []
    at = 0
    for stack in stacks:
        first, at = min(at, end), at + stack.units
        last = min(at, end)
        picks.append(Pick(last - first, _got_before(group, last) - _got_before(group, first)))
    return picks


def _got_before(group: Group, position: int) -> int:
    """How many of the units before a position are the last of their group."""
    groups, rest = divmod(position, group.size)
    return groups * group.units[GET] + max(0, rest - group.units[BUY])


def _costs(stacks: Sequence[Stack]) -> Worth:
    return lambda i, units: dearest(stacks[i].amount_minor, stacks[i].units, units)


def _apart(group: Group, stacks: Sequence[Stack], bound: int, worth: Worth) -> tuple[int, list[Pick]]:
    """What is got is covered by names of its own: the dearest of those; the cheapest others are bought.

    Hall's condition for two parts says how many groups there can be: enough units for each part, and for
    both. More groups may be worth less, where units that could be got must then be bought. What they are
    worth is concave in their number (it is a linear programme whose right side the number is).
    """
    buy, get = group.units
    buyable = sum([stack.units for stack in stacks if BUY in stack.fits])
    gettable = sum([stack.units for stack in stacks if GET in stack.fits])
    groups = min([bound, gettable // get, *([buyable // buy] if buy else [])])
    either = sum([stack.units for stack in stacks if len(stack.fits) > 1])
    if buyable - groups * buy < min(either, groups * get):

        def amount(count: int) -> int:
            got = _got(group, stacks, count, buyable - count * buy)
            return sum([worth(i, units) for i, units in enumerate(got) if units])

        groups = _last(groups, lambda count: amount(count) >= amount(count - 1))
    got = _got(group, stacks, groups, buyable - groups * buy)
    bought = [0] * len(stacks)
    wanted = groups * buy
    for only in (True, False):  # first what could not be got anyway
        for i in reversed(range(len(stacks))):
            if BUY in stacks[i].fits and (GET not in stacks[i].fits) == only:
                bought[i] = min(stacks[i].units - got[i], wanted)
                wanted -= bought[i]
    return groups, [Pick(b + g, g) for b, g in zip(bought, got, strict=True)]


def _got(group: Group, stacks: Sequence[Stack], groups: int, spare: int) -> list[int]:
    """The dearest units for part `GET`: of those that could be bought too, so many (`spare`) may be got."""
    wanted = groups * group.units[GET]
    got: list[int] = []
    for stack in stacks:
        units = min(stack.units, wanted) if GET in stack.fits else 0
        if BUY in stack.fits:
            units = min(units, spare)
            spare -= units
        wanted -= units
        got.append(units)
    return got


def _last(bound: int, holds: Holds) -> int:
    """The largest count up to the bound for which something holds that holds for all lower ones."""
    low, high = 0, bound
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _gain(group: Group, stacks: Sequence[Stack], count: int) -> int:
    """What the last of so many bundles is made of; it falls with every further one."""
    return _amount(group, stacks, count) - _amount(group, stacks, count - 1)


def _amount(group: Group, stacks: Sequence[Stack], count: int) -> int:
    filled = _fill(group, stacks, count)
    assert filled is not None, "fewer bundles than can be filled"
    return sum(
        [
            dearest(stack.amount_minor, stack.units, used)
            for stack, used in zip(stacks, filled, strict=True)
            if used
        ]
    )


def _fill(group: Group, stacks: Sequence[Stack], count: int) -> list[int] | None:
    """The units that make up so many bundles, worth most; None when there are too few."""
    used = _place(tuple([units * count for units in group.units]), stacks)
    return used if sum(used) == group.size * count else None


def _place(room: tuple[int, ...], stacks: Sequence[Stack]) -> list[int]:
    """As many units as find a place in the parts, the dearest first.

    Greedy with augmenting paths is exact here: sets of units that can be placed form a matroid.
    """
    left = list(room)
    held: list[dict[int, int]] = [{} for _ in room]
    used: list[int] = []
    for i, stack in enumerate(stacks):
        placed = 0
        while placed < stack.units and (seated := _seat(i, stack.units - placed, stacks, left, held, set())):
            placed += seated
        used.append(placed)
    return used


def _seat(
    i: int,
    units: int,
    stacks: Sequence[Stack],
    left: list[int],
    held: list[dict[int, int]],
    seen: set[int],
) -> int:
    """Seat up to so many units of a stack along one path, and say how many: a line may have millions."""
    for part in stacks[i].fits:
        if part in seen:
            continue
        seen.add(part)
        if left[part]:
            seated = min(units, left[part])
            left[part] -= seated
        else:
            seated = _unseat(part, units, stacks, left, held, seen)
            if not seated:
                continue
        held[part][i] = held[part].get(i, 0) + seated
        return seated
    return 0


def _unseat(
    part: int,
    units: int,
    stacks: Sequence[Stack],
    left: list[int],
    held: list[dict[int, int]],
    seen: set[int],
) -> int:
    """Move up to so many units of one stack from this part to another, and say how many."""
    for j in sorted(held[part]):
        moved = _seat(j, min(units, held[part][j]), stacks, left, held, seen)
        if moved:
            held[part][j] -= moved
            if not held[part][j]:
                del held[part][j]
            return moved
    return 0
