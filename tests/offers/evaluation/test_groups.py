"""Which units form groups: checked against every way to form them, on small baskets."""

from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from offers.catalogue.group import BUY, GET, Group
from offers.evaluation.groups import Stack, form, missing
from offers.marketing.campaign_rewards import Cover
from offers.money import dearest

EVERYTHING = Cover()


@st.composite
def stacks_of(draw: st.DrawFn, parts: int) -> list[Stack]:
    """Up to seven units on a few lines, the dearest first, each fitting some of the parts."""
    lines = draw(
        st.lists(
            st.tuples(
                st.integers(1, 3),
                st.integers(0, 9),
                st.sets(st.integers(0, parts - 1), min_size=1).map(lambda found: tuple(sorted(found))),
            ),
            max_size=4,
        )
    )
    stacks = [Stack(units, each * units, fits) for units, each, fits in lines]
    return sorted(stacks, key=lambda stack: -(stack.amount_minor * 1000 // stack.units))


Unit = tuple[int, tuple[int, ...]]


def units_of(stacks: list[Stack]) -> list[Unit]:
    """Every unit with its price and the parts it fits."""
    return [(stack.amount_minor // stack.units, stack.fits) for stack in stacks for _ in range(stack.units)]


def can_fill(units: tuple[Unit, ...], room: list[int]) -> bool:
    """Whether all of these units find a place at once."""
    if not units:
        return True
    for part in units[0][1]:
        if room[part]:
            room[part] -= 1
            if can_fill(units[1:], room):
                room[part] += 1
                return True
            room[part] += 1
    return False


@given(stacks_of(1), st.integers(1, 3), st.integers(1, 2), st.none() | st.integers(0, 2))
def test_the_cheapest_of_each_group_is_got(stacks: list[Stack], buy: int, get: int, most: int | None) -> None:
    """Units in a row, dearest first, cut into groups, the last of each got."""
    group = Group((buy, get), (EVERYTHING, EVERYTHING), is_cheapest=True)
    count, picks = form(group, stacks, most=most)
    prices = sorted((price for price, _ in units_of(stacks)), reverse=True)
    assert count == min(len(prices) // (buy + get), len(prices) if most is None else most)
    rows = [prices[i * (buy + get) : (i + 1) * (buy + get)] for i in range(count)]
    got = sum(
        pick.got * (stack.amount_minor // stack.units) for stack, pick in zip(stacks, picks, strict=True)
    )
    assert got == sum(sum(row[buy:]) for row in rows)
    assert sum(pick.used for pick in picks) == count * (buy + get)
    assert missing(group, stacks) == max(0, buy + get - len(prices))


@given(stacks_of(2), st.integers(0, 2), st.integers(1, 2), st.sampled_from([9, 5, 1]))
@example(stacks=[Stack(1, 10, (BUY, GET)), Stack(1, 5, (GET,))], buy=1, get=1, most=9)  # the dearer is bought
@example(  # a third group would take the dear one to be bought
    stacks=[Stack(1, 9, (BUY, GET)), Stack(2, 4, (GET,)), Stack(1, 1, (BUY,))], buy=1, get=1, most=9
)
@example(  # two groups give as much as one
    stacks=[Stack(1, 8, (BUY, GET)), Stack(2, 8, (GET,)), Stack(1, 1, (BUY,))], buy=1, get=1, most=9
)
def test_what_is_got_apart_is_worth_most(stacks: list[Stack], buy: int, get: int, most: int) -> None:
    """No other number of groups and no other choice of units is worth more; of equal ones the most groups.

    A reward of at most so much a unit is worth less of a dear one than it costs.
    """
    group = Group((buy, get), (EVERYTHING, EVERYTHING))
    each = [stack.amount_minor // stack.units for stack in stacks]
    count, picks = form(group, stacks, most=None, worth=lambda i, taken: taken * min(each[i], most))
    units = units_of(stacks)
    worth = {
        n: max(
            sum(min(price, most) for price, _ in got)
            for got in combinations([one for one in units if GET in one[1]], get * n)
            if sum(1 for one in remaining(units, got) if BUY in one[1]) >= buy * n
        )
        for n in range(len(units) + 1)
        if n == 0
        or any(can_fill(chosen, [buy * n, get * n]) for chosen in combinations(units, n * (buy + get)))
    }
    best = max(worth.values())
    assert sum(pick.got * min(price, most) for pick, price in zip(picks, each, strict=True)) == best
    assert count == max(n for n, found in worth.items() if found == best)
    for stack, pick in zip(stacks, picks, strict=True):
        assert 0 <= pick.got <= pick.used <= stack.units
    assert sum(pick.used for pick in picks) == count * (buy + get)


def remaining(units: list[Unit], got: tuple[Unit, ...]) -> list[Unit]:
    """What is left of the units."""
    left = list(units)
    for one in got:
        left.remove(one)
    return left


@given(stacks_of(3), st.lists(st.integers(1, 2), min_size=3, max_size=3), st.none() | st.integers(0, 20))
@example(  # the first gives its place to one of the next, not to two
    stacks=[Stack(1, 9, (0, 1)), Stack(3, 24, (0,)), Stack(1, 7, (1,)), Stack(1, 6, (2,))],
    sizes=[2, 2, 1],
    price=None,
)
def test_bundles_save_most(stacks: list[Stack], sizes: list[int], price: int | None) -> None:
    """Of all numbers of bundles and all choices of units the one that saves most, or is made most often."""
    group = Group(tuple(sizes), (EVERYTHING,) * 3, is_bundle=True)
    units = units_of(stacks)
    worth = {
        n: max(sum(p for p, _ in chosen) for chosen in found)
        for n in range(len(units) // group.size + 1)
        if (
            found := [
                chosen
                for chosen in combinations(units, n * group.size)
                if can_fill(chosen, [size * n for size in sizes])
            ]
        )
    }
    count, picks = form(group, stacks, most=None, price_minor=price)
    amount = sum(
        dearest(stack.amount_minor, stack.units, pick.used) for stack, pick in zip(stacks, picks, strict=True)
    )
    if price is None:
        assert count == max(worth)
        assert amount == worth[count]
    else:
        assert amount - count * price == max(made - n * price for n, made in worth.items())
    assert (missing(group, stacks) == 0) == (max(worth) > 0)


@given(stacks_of(1), st.integers(0, 9), st.integers(1, 2), st.integers(1, 2))
def test_one_unit_more_never_gives_less(stacks: list[Stack], price: int, buy: int, get: int) -> None:
    """Dearest-first grouping is monotone; with the cheapest first this would not hold."""
    group = Group((buy, get), (EVERYTHING, EVERYTHING), is_cheapest=True)

    def got(given_stacks: list[Stack]) -> int:
        ordered = sorted(given_stacks, key=lambda stack: -(stack.amount_minor * 1000 // stack.units))
        _, picks = form(group, ordered, most=None)
        return sum(
            pick.got * stack.amount_minor // stack.units for stack, pick in zip(ordered, picks, strict=True)
        )

    assert got([*stacks, Stack(1, price, (0,))]) >= got(stacks)


def test_a_line_of_millions_is_grouped_at_once() -> None:
    """By the line, not by the piece: a till may ask about ten million screws."""
    pair = Group((1, 1), (EVERYTHING, EVERYTHING), is_bundle=True)
    stacks = [Stack(9_999_999, 3 * 9_999_999, (0, 1)), Stack(9_999_999, 2 * 9_999_999, (0,))]
    count, picks = form(pair, stacks, most=None, price_minor=3)
    assert (count, [pick.used for pick in picks]) == (9_999_999, [9_999_999, 9_999_999])


def test_grouping_the_cheapest_first_would_lose() -> None:
    """The counterexample: of two at 6 one is free; with one at 1 more, cheapest first pairs 1 and 6."""
    assert min(6, 6) > min(1, 6)
    _, picks = form(
        Group((1, 1), (EVERYTHING, EVERYTHING), is_cheapest=True),
        [Stack(2, 12, (0,)), Stack(1, 1, (0,))],
        most=None,
    )
    assert [pick.got for pick in picks] == [1, 0]


def test_a_bundle_that_costs_one_unit_more_than_its_parts_is_not_made() -> None:
    """Nor one that costs the same: it would use units up and save nothing."""
    pair = Group((2,), (EVERYTHING,), is_bundle=True)
    assert form(pair, [Stack(2, 999, (0,))], most=None, price_minor=1000) == (0, [(0, 0)])
    assert form(pair, [Stack(2, 1000, (0,))], most=None, price_minor=1000) == (0, [(0, 0)])
    assert form(pair, [Stack(2, 1001, (0,))], most=None, price_minor=1000) == (1, [(2, 2)])
