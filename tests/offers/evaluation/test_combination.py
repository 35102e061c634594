"""Which offers go together, in small readable baskets; the proofs are in test_promises."""

from dataclasses import replace
from typing import Any

import pytest

from offers.evaluation.stack import better
from offers.marketing.campaign import Campaign, Conditions, Limits, Scope, Stacking
from offers.marketing.campaign_rewards import AmountOff, Percent
from offers.model import Left, Line, Policy
from tests.offers.worlds import (
    POLICY,
    decide,
    euros,
    line,
    product,
    products,
    promotion,
    taken_off,
    till,
    why,
)

ALL = frozenset({"*"})


def percent(name: str, rate_bp: int, *, group: str | None = None, joins: "tuple[str, ...]" = ()) -> Campaign:
    """A percentage off everything."""
    return promotion(name, Percent(rate_bp), stacking=Stacking(group=group, joins=frozenset(joins)))


ONE_LINE = (line("1", "S1", 10_000),)


def off(*campaigns: Campaign, lines: "tuple[Line, ...]" = ONE_LINE) -> dict[tuple[str, str | None], int]:
    """What each campaign takes off each line."""
    return taken_off(decide(campaigns, till(*lines)))


def test_campaigns_join_by_id_or_by_group() -> None:
    """Naming the other's group is as good as naming it."""
    assert off(percent("a", 1000, joins=("b",)), percent("b", 1000, joins=("a",))) == {
        ("a", "1"): 1000,
        ("b", "1"): 900,
    }
    by_group = (
        percent("a", 1000, group="red", joins=("blue",)),
        percent("b", 1000, group="blue", joins=("red",)),
    )
    assert len(off(*by_group)) == 2


def test_joining_takes_two() -> None:
    """One names the other, who names somebody else: they do not share a line."""
    assert set(off(percent("a", 1000, joins=("b",)), percent("b", 1100, joins=("c",)))) == {("b", "1")}


def test_an_exclusive_group_does_not_join_itself() -> None:
    """Not even when both would join everything."""
    assert off(
        percent("a", 1000, group="red", joins=("*",)), percent("b", 1100, group="red", joins=("*",))
    ) == {("b", "1"): 1100}


def test_rivals_of_a_group_on_different_lines_still_exclude_each_other() -> None:
    """At most one campaign of a group is used in the whole basket."""
    scoped = [
        replace(percent(f"p{i}", 1000 + i, group="red"), scope=Scope(products=frozenset({f"S{i}"})))
        for i in (1, 2)
    ]
    lines = (line("1", "S1", 10_000), line("2", "S2", 10_000))
    assert off(*scoped, lines=lines) == {("p2", "2"): 1002}


@pytest.mark.parametrize(
    ("loner", "rate_bp", "winners"),
    [
        ("a", 1899, {"b", "c"}),
        ("a", 1900, {"a"}),
        ("z", 1900, {"b", "c"}),
        ("z", 1901, {"z"}),
    ],
)
def test_a_loner_meets_two_that_join_everything(loner: str, rate_bp: int, winners: set[str]) -> None:
    """The two take off 1900 together; where the loner gives as much, whoever comes first has it."""
    pair = percent("b", 1000, joins=("*",)), percent("c", 1000, joins=("*",))
    assert {name for name, _ in off(*pair, percent(loner, rate_bp))} == winners


def test_the_pair_that_joins_can_beat_the_single_best() -> None:
    """Two times nine percent save more than once seventeen."""
    assert set(
        off(percent("big", 1700), percent("a", 900, joins=("b",)), percent("b", 900, joins=("a",)))
    ) == {
        ("a", "1"),
        ("b", "1"),
    }


def test_a_joining_chain_is_no_circle() -> None:
    """The first joins the second and that the third, but not the first the third: a pair is used."""
    chain = (
        percent("a", 1000, joins=("b",)),
        percent("b", 1000, joins=("a", "c")),
        percent("c", 1100, joins=("b",)),
    )
    assert set(off(*chain)) == {("b", "1"), ("c", "1")}


def test_equal_campaigns_go_by_priority_then_by_id() -> None:
    """The same saving: the marketer's order decides, and it is always the same one."""
    assert set(off(percent("b", 1000), percent("a", 1000))) == {("a", "1")}
    assert set(off(replace(percent("b", 1000), priority=1), percent("a", 1000))) == {("b", "1")}
    group = [replace(percent(name, 1000, group="g"), priority=rank) for name, rank in (("a", 0), ("b", 2))]
    assert set(off(*group)) == {("b", "1")}


def test_a_limit_per_basket_is_spread_over_all_lines_in_scope() -> None:
    """Twenty percent, at most ten euros a basket: both lines carry their share."""
    most = promotion("a", Percent(2000), limits=Limits(amount_per_basket=euros(1000)))
    assert off(most, lines=(line("1", "S1", 6000), line("2", "S2", 2000))) == {
        ("a", "1"): 750,
        ("a", "2"): 250,
    }


def test_one_amount_off_stays_out_of_the_way_of_better_deals() -> None:
    """Five euros off the basket go to the coat; the socks keep their own half price."""
    pool = promotion("pool", AmountOff(euros(500), "basket"))
    half = promotion("half", Percent(5000), scope=Scope(products=frozenset({"S2"})))
    lines = (line("1", "S1", 10_000), line("2", "S2", 800))
    assert off(pool, half, lines=lines) == {("pool", "1"): 500, ("half", "2"): 400}


def test_units_are_limited_over_the_whole_basket() -> None:
    """Two pieces at half price: the dearest line's first, then the next."""
    two = promotion("a", Percent(5000), limits=Limits(units_per_basket=2))
    lines = (line("1", "S1", 3000, quantity_milli=3000), line("2", "S2", 4000))
    decision = decide([two], till(*lines))
    assert taken_off(decision) == {("a", "1"): 500, ("a", "2"): 2000}
    assert [effect.quantity for effect in decision.effects] == ["1", "1"]


def test_a_line_of_several_units_uses_up_as_many() -> None:
    """Two pieces of the dearer line, and nothing is left for the other."""
    two = promotion("a", Percent(5000), limits=Limits(units_per_basket=2))
    lines = (line("1", "S1", 8000, quantity_milli=2000), line("2", "S2", 3000))
    assert taken_off(decide([two], till(*lines))) == {("a", "1"): 4000}


def test_one_amount_is_spread_over_what_the_law_leaves() -> None:
    """The book may fall by two euros only; the rest of the ten comes off the coat."""
    pool = promotion("pool", AmountOff(euros(1000), "basket"))
    lines = (line("1", "S1", 2000, minimum_minor=1800), line("2", "S2", 4800))
    assert off(pool, lines=lines) == {("pool", "1"): 40, ("pool", "2"): 960}
    large = promotion("pool", AmountOff(euros(9000), "basket"))
    assert off(large, lines=lines) == {("pool", "1"): 200, ("pool", "2"): 4800}


def test_a_margin_floor_binds_the_companions_too() -> None:
    """What one campaign may not sell below, another on the same line may not either."""
    known: dict[str, Any] = {"products": products(product("S1", cost_minor=6000, tax_rate_bp=0))}
    joins = Stacking(joins=ALL)
    guarded = promotion("a", Percent(1000), conditions=Conditions(margin_floor_bp=0), stacking=joins)
    other = promotion("b", Percent(3500), stacking=replace(joins, order=1))
    decision = decide([guarded, other], till(line("1", "S1", 10_000, tax_rate_bp=0)), **known)
    assert taken_off(decision) == {("a", "1"): 1000, ("b", "1"): 3000}
    assert [effect.reason for effect in decision.effects] == [None, "margin_floor"]


def test_of_two_margin_floors_the_stricter_binds() -> None:
    """Whichever of the two is taken off first."""
    known: dict[str, Any] = {"products": products(product("S1", cost_minor=6000, tax_rate_bp=0))}
    strict, lax = Conditions(margin_floor_bp=2000), Conditions(margin_floor_bp=0)
    for first, second in ((strict, lax), (lax, strict)):
        joins = Stacking(joins=ALL)
        pair = (
            promotion("a", Percent(1000), conditions=first, stacking=joins),
            promotion("b", Percent(2000), conditions=second, stacking=replace(joins, order=1)),
        )
        decision = decide(pair, till(line("1", "S1", 10_000, tax_rate_bp=0)), **known)
        assert taken_off(decision) == {("a", "1"): 1000, ("b", "1"): 1500}


@pytest.mark.parametrize(("left", "given"), [(1401, 1400), (1400, 1400), (1399, 1399), (1, 1)])
def test_a_budget_is_spent_to_the_last_unit_and_not_beyond(left: int, given: int) -> None:
    """What is left is given in full, and one minor unit less where one is missing."""
    campaign = promotion("a", Percent(1000), limits=Limits(budget=euros(5000)))
    lines = (line("1", "S1", 10_000), line("2", "S2", 4000))
    decision = decide([campaign], till(*lines), room={1: Left(None, None, left)})
    assert decision.totals.discount == given
    assert {effect.reason for effect in decision.effects} <= {None, "capacity"}
    assert (given < 1400) == any(effect.reason for effect in decision.effects)


def test_a_search_past_its_steps_says_bounded() -> None:
    """Many lines, several limited campaigns: the answer is good, the same every time, and called bounded."""
    campaigns = [
        promotion(
            f"c{i}",
            Percent(500 + 10 * i),
            stacking=Stacking(joins=ALL if i % 2 else frozenset()),
            limits=Limits(units_per_basket=1 + i, amount_per_basket=euros(777)),
        )
        for i in range(5)
    ]
    lines = [line(f"{i:02}", f"S{i}", 1000 + 7 * i) for i in range(20)]
    first = decide(campaigns, till(*lines), policy=Policy(search_steps=50))
    assert first.search == "bounded"
    assert first == decide(campaigns, till(*reversed(lines)), policy=Policy(search_steps=50))
    assert first.totals.discount <= decide(campaigns, till(*lines), policy=POLICY).totals.discount


@pytest.mark.parametrize("count", [400, 1200])
def test_a_crowd_of_campaigns_on_one_line_does_not_break_the_search(count: int) -> None:
    """Hundreds that all join: no recursion too deep, and the answer says that it was not proved best."""
    crowd = [percent(f"c{i:04}", 1 + i % 7, joins=("*",)) for i in range(count)]
    decision = decide(crowd, till(line("1", "S1", 10_000)))
    assert decision.search == "bounded"
    assert 0 < decision.totals.after < 10_000


def test_the_loser_is_told_who_won() -> None:
    """The hint names the campaign that gave more on the line, or in the group."""
    decision = decide([percent("a", 1000), percent("b", 2000)], till(line("1", "S1", 10_000)))
    assert why(decision) == {"a": "better_offer"}
    (refusal,) = decision.refused
    assert refusal.hint is not None
    assert refusal.hint.value == "b"


def test_ties_go_to_the_higher_priority_then_the_lower_id_then_to_fewer_campaigns() -> None:
    """Positions ascend by priority, then id: the set that begins lower is better."""
    assert better((5, [0]), (5, [1]))
    assert better((5, [0]), (5, [0, 1]))
    assert not better((5, [1]), (5, [0]))
    assert not better((5, [0]), (5, [0]))
    assert better((6, [1]), (5, [0]))


def test_leaving_out_the_single_best_may_be_best() -> None:
    """The dearest campaign joins one other; two that are worth less alone join that one and each other."""
    given = off(
        percent("a", 3000, joins=("b",)),
        percent("b", 500, joins=("a", "c", "d")),
        percent("c", 2800, joins=("b", "d")),
        percent("d", 2800, joins=("b", "c")),
    )
    assert {name for name, _ in given} == {"b", "c", "d"}


def test_a_tangle_too_deep_to_search_gets_what_greed_finds() -> None:
    """Two rivals on two hundred lines, one of them with a budget: every line has at least the free one."""
    campaigns = [percent("free", 1000), promotion("rich", Percent(2000), limits=Limits(budget=euros(5000)))]
    lines = [line(f"{i:03}", f"S{i}", 1000) for i in range(200)]
    left = {2: Left(budget_minor=5000)}
    decision = decide(campaigns, till(*lines), room=left)
    assert decision.search == "bounded"
    assert decision.totals.discount >= 200 * 100
