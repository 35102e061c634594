"""What a marketer is told before a campaign goes live, and what a draft would have cost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from offers.decisions.decision_record import Inputs
from offers.marketing.campaign import (
    Campaign,
    Conditions,
    Entry,
    Frequency,
    Limits,
    Schedule,
    Scope,
    Stacking,
    Variant,
)
from offers.marketing.campaign_rewards import AmountOff, Bundle, BuyGet, Cover, Gift, Part, Percent, Points
from offers.model import Known, Policy, Shopper
from offers.trials import rehearsal
from offers.trials.campaign_checks import check
from tests.offers.worlds import ANNA, VIENNA, catalogue, decide, euros, line, product, promotion, till

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def told(campaign: Campaign, *live: Campaign, products: tuple[object, ...] = ()) -> dict[str, str]:
    """The findings by kind."""
    return {one.kind: one.sentence for one in check(campaign, catalogue(*live), products, now=NOW)}  # type: ignore[arg-type]


def test_a_plain_percentage_needs_no_word() -> None:
    """Nothing to know, nothing said."""
    assert told(promotion("ten", Percent(1000))) == {}


def test_what_can_run_out_is_not_monotone() -> None:
    """The next scan may find the budget gone, and the discount with it."""
    assert "budget" in told(promotion("ten", Percent(1000), limits=Limits(budget=euros(100))))["non_monotone"]


def test_points_in_a_group_are_not_monotone_and_why() -> None:
    """The counterexample: with one more item the points are worth more than the discount, which goes."""
    group = Stacking(group="spring")
    points = promotion("points", Points(10, euros(1000), euros(30)), stacking=group)
    fixed = promotion("fixed", AmountOff(euros(500), "basket"), stacking=group)
    assert "spring" in told(points)["non_monotone"]
    before = decide([points, fixed], till(line("1", "S1", 1000)))
    after = decide([points, fixed], till(line("1", "S1", 1000), line("2", "S2", 1500)))
    assert (before.totals.discount, after.totals.discount) == (500, 0)


def test_a_limit_of_units_that_no_group_keeps_is_told() -> None:
    """Buy one, get two for less, at most one unit a basket: it would be live and never give anything."""
    pair = BuyGet(1, 2, Percent(4000))
    assert (
        "one group discounts 2" in told(promotion("pair", pair, limits=Limits(units_per_basket=1)))["budget"]
    )
    assert "budget" not in told(promotion("pair", pair, limits=Limits(units_per_basket=2)))
    basket = till(line("1", "S1", 3000, quantity_milli=3000))
    limited = promotion("pair", pair, limits=Limits(units_per_basket=1))
    assert decide([limited], basket).totals.discount == 0


def test_overlaps_name_the_rivals_that_do_not_join() -> None:
    """Those for other stores or products, and those that join, are none."""
    knit = Scope(categories=frozenset({"apparel/knit"}))
    here = Conditions(stores=frozenset({"1"}))
    campaign = promotion(
        "mine", Percent(1000), scope=knit, conditions=here, stacking=Stacking(joins=frozenset({"c"}))
    )
    live = (
        promotion("a", Percent(500), scope=Scope(categories=frozenset({"apparel"}))),
        promotion("b", Percent(500), conditions=Conditions(stores=frozenset({"2"}))),
        promotion("c", Percent(500), stacking=Stacking(joins=frozenset({"mine"}))),
        promotion("d", Percent(500), scope=Scope(products=frozenset({"S9"}))),
    )
    assert told(campaign, *live)["overlap"].startswith("covers products of a and does not join")


def test_generous_campaigns_without_a_limit_are_named() -> None:
    """Free goods without end."""
    assert "neither a budget" in told(promotion("free", BuyGet(1, 1, Percent(10_000))))["budget"]
    assert "neither a budget" in told(promotion("gift", Gift(("MUG",))))["budget"]
    assert "budget" not in told(promotion("gift", Gift(("MUG",)), limits=Limits(total=100)))


def test_a_price_below_cost_is_named() -> None:
    """Net of tax, for the products that the scope names."""
    scope = Scope(products=frozenset({"S1", "S2"}))
    products = (product("S1", 1200, cost_minor=900), product("S2", 1200, cost_minor=950))
    assert "S2" in told(promotion("ten", Percent(1000), scope=scope), products=products)["margin"]
    assert "S1" not in told(promotion("ten", Percent(1000), scope=scope), products=products)["margin"]


def test_bundles_that_join_and_ends_in_the_past() -> None:
    """Each has its sentence."""
    bundle = Bundle((Part(2, Cover(frozenset({"S1"}))),), Percent(1000))
    assert (
        "bundled" in told(promotion("b", bundle, stacking=Stacking(joins=frozenset({"*"}))))["non_monotone"]
    )
    assert (
        "2026-01-01"
        in told(promotion("o", Percent(1), conditions=Conditions(valid_until=date(2026, 1, 1))))["time"]
    )
    assert told(promotion("m", Percent(1), trigger=Schedule(frozenset({0})))) == {}


def test_a_draft_is_rehearsed_beside_what_is_live() -> None:
    """A fifth costs ten percent more than the tenth that it replaces as the better deal."""
    asked = [
        Inputs(query=till(line("1", "S1", amount)), shopper=None, known=Known(), policy=Policy(), seed=1)
        for amount in (1000, 2000)
    ]
    live = catalogue(promotion("tenth", Percent(1000)))
    (sums,) = rehearsal.rehearse(live, Entry(9, 1, promotion("fifth", Percent(2000))), asked)
    assert (sums.baskets, sums.touched, sums.given_minor) == (2, 2, 600)
    assert (sums.discount_before_minor, sums.discount_minor, sums.cost_minor) == (300, 600, 300)
    (again,) = rehearsal.rehearse(live, Entry(1, 2, promotion("tenth", Percent(500))), asked)
    assert (again.discount_before_minor, again.discount_minor) == (0, 150)


def baskets(*people: Shopper | None, **given: object) -> list[Inputs]:
    """One basket of 10.00 for each, a minute apart, the last one first."""
    return [
        Inputs(
            query=till(line("1", "S1", 1000), price_time=NOW + timedelta(minutes=i), **given),
            shopper=who,
            known=Known(),
            policy=Policy(),
            seed=1,
        )
        for i, who in reversed(list(enumerate(people)))
    ]


@pytest.mark.parametrize(
    ("limits", "given"),
    [
        (Limits(total=2), 400),
        (Limits(per_store_day=3), 600),
        (Limits(budget=euros(500)), 500),
        (Limits(per_profile=1), 200),
        (Limits(frequency=Frequency(uses=2, period_s=3600, decay_bp=5000)), 300),
        (Limits(), 800),
    ],
)
def test_a_rehearsal_keeps_to_the_limits_of_the_draft(limits: Limits, given: int) -> None:
    """What is left of them goes from one basket to the next, in the order of the day."""
    draft = Entry(9, 1, promotion("fifth", Percent(2000), limits=limits))
    (sums,) = rehearsal.rehearse(catalogue(), draft, baskets(ANNA, ANNA, ANNA, ANNA))
    assert sums.given_minor == given


def test_a_rehearsal_counts_each_person_and_each_day_of_a_store_alone() -> None:
    """Two people may use it once each; one store's day is not another's."""
    draft = Entry(9, 1, promotion("fifth", Percent(2000), limits=Limits(per_profile=1)))
    other = replace(ANNA, members=(8,), limit_members=(8,))
    (sums,) = rehearsal.rehearse(catalogue(), draft, baskets(ANNA, other, ANNA, None))
    assert sums.touched == 2
    daily = Entry(9, 1, promotion("fifth", Percent(2000), limits=Limits(per_store_day=1)))
    elsewhere = baskets(None, None, place=replace(VIENNA, store_no=2, store="0043"))
    (sums,) = rehearsal.rehearse(catalogue(), daily, [*baskets(None, None), *elsewhere])
    assert sums.touched == 2


def test_a_rehearsed_version_begins_where_the_day_began() -> None:
    """Uses of the live version before the day count, those of the day are what is rehearsed."""
    limits = Limits(per_profile=1)
    (asked,) = baskets(ANNA)
    at_s = int(asked.query.price_time.timestamp())
    for used_at, touched in ((at_s - 90_000, 0), (at_s + 60, 1)):
        known = Known(redeemed={9: (used_at,)})
        draft = Entry(9, 2, promotion("fifth", Percent(2000), limits=limits))
        (sums,) = rehearsal.rehearse(catalogue(), draft, [replace(asked, known=known)])
        assert sums.touched == touched


def test_what_a_variant_gives_is_looked_at_too() -> None:
    """Most may get a tenth; whoever draws the variant gets all of it."""
    free = Variant("free", 1000, Percent(10_000))
    one = promotion("ten", Percent(1000), scope=Scope(products=frozenset({"S1"})), variants=(free,))
    found = told(one, products=(product("S1", 1200, cost_minor=100),))
    assert "neither a budget" in found["budget"]
    assert "S1" in found["margin"]
