"""Why a campaign may not play: each condition with both its sides, and the hint it gives."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from offers.evaluation.decision import Hint, Refusal
from offers.marketing.campaign import (
    Audience,
    Campaign,
    Conditions,
    Frequency,
    Limits,
    Scope,
    Stacking,
    Window,
)
from offers.marketing.campaign_rewards import AmountOff, Gift, Percent
from offers.model import Already, Left, Place, Query, Shopper, Want
from offers.money import Money
from tests.offers.worlds import (
    ANNA,
    CARTED,
    DAY_S,
    NOW,
    NOW_S,
    carted,
    decide,
    euros,
    kiosk,
    line,
    product,
    products,
    promotion,
    taken_off,
    till,
    wanted,
    why,
)

TEN = Percent(1000)
SWEATER = line("1", "S1", 5000)
BASKET = till(SWEATER)
STAFF = replace(ANNA, staff=True)
STORE_9 = Place(store_no=9, store="9", zone="Europe/Vienna", currency="EUR")
SWISS = Place(store_no=9, store="9", zone="Europe/Zurich", currency="CHF")


def asked(campaign: Campaign, query: Query = BASKET, shopper: Shopper | None = ANNA, **known: Any) -> str:
    """`given`, or why not."""
    decision = decide([campaign], query, shopper, **known)
    return why(decision).get(campaign.id) or ("given" if decision.effects else "silent")


def hint(campaign: Campaign, query: Query = BASKET, shopper: Shopper | None = ANNA, **known: Any) -> object:
    """The hint of the refusal, as (type, value)."""
    (refusal,) = decide([campaign], query, shopper, **known).refused
    assert isinstance(refusal, Refusal)
    return (refusal.hint.type, refusal.hint.value) if refusal.hint else None


def test_the_kill_switch_stops_one_campaign_or_the_place() -> None:
    """Whatever was compiled into the catalogue, what was switched off since gives nothing."""
    assert asked(promotion("a", TEN)) == "given"
    assert asked(promotion("a", TEN), stopped=frozenset({1})) == "stopped"
    assert asked(promotion("a", TEN), stopped=frozenset({2})) == "given"
    assert asked(promotion("a", TEN), all_stopped=True) == "stopped"


def test_channels_and_stores_are_asked() -> None:
    """A campaign for kiosks gives nothing at a till, one for store 0042 nothing elsewhere."""
    assert asked(promotion("a", TEN, conditions=Conditions(channels=frozenset({"kiosk"})))) == "channel"
    here = Conditions(stores=frozenset({"0042"}))
    assert asked(promotion("a", TEN, conditions=here)) == "given"
    assert asked(promotion("a", TEN, conditions=here), replace(BASKET, place=STORE_9)) == "silent"
    scoped = promotion("a", TEN, conditions=here, scope=Scope(products=frozenset({"S1"})))
    assert asked(scoped, replace(BASKET, place=STORE_9)) == "store"


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (Conditions(valid_from=NOW), "given"),
        (Conditions(valid_from=NOW + timedelta(seconds=1)), "not_yet"),
        (Conditions(valid_until=NOW), "ended"),
        (Conditions(valid_until=NOW + timedelta(seconds=1)), "given"),
        (Conditions(valid_from=date(2026, 11, 21)), "given"),
        (Conditions(valid_from=date(2026, 11, 22)), "not_yet"),
        (Conditions(valid_until=date(2026, 11, 21)), "given"),
        (Conditions(valid_until=date(2026, 11, 20)), "ended"),
    ],
)
def test_validity_has_sharp_edges(conditions: Conditions, expected: str) -> None:
    """An instant ends a campaign at once, a date at the end of that day."""
    assert asked(promotion("a", TEN, conditions=conditions)) == expected


def test_a_date_is_by_the_calendar_of_the_store() -> None:
    """At 23:30 UTC it is tomorrow in Vienna."""
    late = replace(BASKET, price_time=datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    assert asked(promotion("a", TEN, conditions=Conditions(valid_until=date(2026, 11, 21))), late) == "ended"
    assert asked(promotion("a", TEN, conditions=Conditions(valid_from=date(2026, 11, 22))), late) == "given"


@pytest.mark.parametrize(
    ("weekdays", "since", "until", "expected"),
    [
        ({5}, time(10), time(18), "given"),  # it is Saturday, 12:00 in Vienna
        ({5}, time(12), time(18), "given"),
        ({5}, time(10), time(12), "hours"),
        ({5}, time(12, 1), time(18), "hours"),
        ({4}, time(10), time(18), "hours"),
        ({4}, time(22), time(13), "given"),
        ({5}, time(22), time(13), "hours"),
        ({5}, time(0), time(0), "given"),
    ],
)
def test_hours_are_by_the_clock_on_the_wall(
    weekdays: set[int], since: time, until: time, expected: str
) -> None:
    """The store's zone counts; a window past midnight belongs to the day on which it began."""
    windows = (Window(frozenset(weekdays), since, until),)
    assert asked(promotion("a", TEN, conditions=Conditions(windows=windows))) == expected


@pytest.mark.parametrize(("now", "opens"), [(NOW, "22:00"), (NOW + timedelta(days=1), "10:00")])
def test_the_hint_is_when_it_opens_next(now: datetime, opens: str) -> None:
    """On Saturday at noon that is tonight, whatever window is written first; on Sunday, Monday's."""
    week = Window(frozenset(range(5)), time(10), time(18))
    conditions = Conditions(windows=(week, Window(frozenset({5}), time(22), time(2))))
    query = replace(BASKET, price_time=now)
    decision = decide([promotion("a", TEN, conditions=conditions)], query)
    assert decision.refused == (Refusal("a", "hours", Hint("from", opens)),)


def test_hours_follow_the_change_to_summer_time() -> None:
    """08:30 UTC is 09:30 in winter and 10:30 in summer."""
    opening = Conditions(windows=(Window(frozenset(range(7)), time(10), time(18)),))
    winter = replace(BASKET, price_time=datetime(2027, 3, 27, 8, 30, tzinfo=UTC))
    summer = replace(BASKET, price_time=datetime(2027, 3, 28, 8, 30, tzinfo=UTC))
    assert asked(promotion("a", TEN, conditions=opening), winter) == "hours"
    assert asked(promotion("a", TEN, conditions=opening), summer) == "given"


def test_staff_get_nothing_unless_named() -> None:
    """Excluded by default, included, or the only ones."""
    assert asked(promotion("a", TEN), shopper=STAFF) == "staff"
    assert asked(promotion("a", TEN, audience=Audience(staff="included")), shopper=STAFF) == "given"
    assert asked(promotion("a", TEN, audience=Audience(staff="only")), shopper=STAFF) == "given"
    assert asked(promotion("a", TEN, audience=Audience(staff="only"))) == "staff_only"
    assert asked(promotion("a", TEN, audience=Audience(staff="only")), shopper=None) == "staff_only"


def test_tiers_are_personal() -> None:
    """A campaign for gold needs a person of that tier, proved and with consent."""
    gold = promotion("a", TEN, audience=Audience(tiers=frozenset({"gold"})))
    assert asked(gold) == "given"
    assert asked(gold, shopper=replace(ANNA, tier="silver")) == "tier"
    assert asked(gold, shopper=replace(ANNA, personal=False)) == "no_consent"
    assert asked(gold, shopper=None) == "no_shopper"


def test_limits_refuse_when_nothing_is_left() -> None:
    """Total, store and day, budget: by what the store says is left, else the whole limit."""
    campaign = promotion("a", TEN, limits=Limits(total=10, per_store_day=5, budget=euros(1000)))
    assert asked(campaign) == "given"
    assert asked(campaign, room={1: Left(1, 1, 1)}) == "given"
    assert asked(campaign, room={1: Left(0, 1, 1)}) == "limit_total"
    assert asked(campaign, room={1: Left(1, 0, 1)}) == "limit_store_day"
    assert asked(campaign, room={1: Left(1, 1, 0)}) == "budget_spent"


def test_a_limit_per_person_needs_a_person() -> None:
    """Counted over the person's records; a stranger is asked for the card. Counting needs no consent."""
    twice = promotion("a", TEN, limits=Limits(per_profile=2))
    assert asked(twice, redeemed={1: (NOW_S - 9,)}) == "given"
    assert asked(twice, redeemed={1: (NOW_S - 9, NOW_S - 8)}) == "limit_per_profile"
    assert asked(twice, redeemed={2: (NOW_S - 9, NOW_S - 8)}) == "given"
    assert asked(twice, shopper=None) == "needs_shopper"
    assert hint(twice, shopper=None) == ("identify", "card")
    assert asked(twice, shopper=replace(ANNA, personal=False)) == "given"


def test_the_frequency_guard_counts_within_its_period() -> None:
    """Two uses in thirty days, and the refusal says from when it is possible again."""
    guarded = promotion("a", TEN, limits=Limits(frequency=Frequency(2, 30 * DAY_S)))
    long_ago, lately = NOW_S - 31 * DAY_S, NOW_S - 10 * DAY_S
    assert asked(guarded, redeemed={1: (long_ago, lately)}) == "given"
    assert asked(guarded, redeemed={1: (long_ago, lately, NOW_S - 60)}) == "frequency"
    assert asked(guarded, redeemed={1: (NOW_S - 30 * DAY_S, lately)}) == "given"
    assert asked(guarded, redeemed={1: (NOW_S - 30 * DAY_S + 1, lately)}) == "frequency"
    again = (NOW + timedelta(days=20)).isoformat()
    assert hint(guarded, redeemed={1: (long_ago, lately, NOW_S - 60)}) == ("again_at", again)


def test_every_use_within_the_period_is_worth_less() -> None:
    """Decay: half, then a quarter. What lies outside the period does not count."""
    campaign = promotion("a", Percent(2000), limits=Limits(frequency=Frequency(3, 30 * DAY_S, 5000)))
    for uses, amount in (((), 1000), ((NOW_S - 60,), 500), ((NOW_S - 60, NOW_S - 50), 250)):
        decision = decide([campaign], BASKET, ANNA, redeemed={1: (NOW_S - 31 * DAY_S, *uses)})
        assert taken_off(decision) == {("a", "1"): amount}


def test_minimum_units_say_how_many_more() -> None:
    """Add one more."""
    three = promotion("a", TEN, conditions=Conditions(minimum_units=3))
    assert hint(three, till(line("1", "S1", 5000, quantity_milli=2000))) == ("quantity", "1")
    assert asked(three, till(line("1", "S1", 5000, quantity_milli=2000), line("2", "S2", 100))) == "given"


def test_minimum_spend_counts_the_scope_or_the_basket_and_returns_against_it() -> None:
    """The hint is what is missing; what comes back in the same basket is not spent."""
    scope = Scope(products=frozenset({"S1"}))
    of_scope = promotion("a", TEN, scope=scope, conditions=Conditions(minimum_spend=euros(6000)))
    of_basket = replace(of_scope, conditions=replace(of_scope.conditions, minimum_spend_of="basket"))
    other, back = line("2", "S2", 3000), line("3", "S1", 2000, kind="return")
    assert hint(of_scope, till(SWEATER, other)) == ("spend", "1000")
    assert hint(of_scope, till(SWEATER, other, back)) == ("spend", "3000")
    assert asked(of_basket, till(SWEATER, other)) == "given"
    assert asked(of_basket, till(SWEATER, other, back)) == "given"
    assert hint(of_basket, till(SWEATER, back)) == ("spend", "3000")


def test_lines_that_may_not_be_discounted_stay_out_of_reach() -> None:
    """The till's ban and the product's own; the product's wins."""
    kept_out = till(line("1", "S1", 5000, discountable=False))
    assert asked(promotion("a", TEN), kept_out) == "not_discountable"
    assert asked(promotion("a", TEN), kept_out, products=products(product("S1"))) == "not_discountable"
    banned = products(product("S1", discountable=False))
    assert asked(promotion("a", TEN), products=banned) == "not_discountable"


def test_the_stricter_of_two_legal_minimums_binds() -> None:
    """The line's own or the product's by its quantity, rounded up."""
    dear = till(line("1", "S1", 5000, minimum_minor=4800))
    known = products(product("S1", minimum_minor=1000))
    assert taken_off(decide([promotion("a", TEN)], dear, products=known)) == {("a", "1"): 200}
    strict = products(product("S1", minimum_minor=4900))
    assert taken_off(decide([promotion("a", TEN)], dear, products=strict)) == {("a", "1"): 100}
    weighed = till(line("1", "S1", 1000, quantity_milli=333, unit="kg"))
    by_weight = products(product("S1", minimum_minor=2980))
    assert taken_off(decide([promotion("a", TEN)], weighed, products=by_weight)) == {("a", "1"): 7}


def test_of_one_unit_the_law_asks_for_its_part_rounded_up() -> None:
    """Three may not cost less than 10.00, so one not less than 3.34."""
    one = promotion("a", Percent(9000), limits=Limits(units_per_basket=1))
    three = till(line("1", "S1", 3000, quantity_milli=3000, minimum_minor=1000))
    assert taken_off(decide([one], three)) == {("a", "1"): 666}


def test_a_gift_does_not_earn_itself() -> None:
    """One of two mugs is the gift, so only the other counts: 1.00 is missing of 6.00."""
    mug = promotion("a", Gift(("S1",)), conditions=Conditions(minimum_spend=euros(600)))
    assert hint(mug, till(line("1", "S1", 1000, quantity_milli=2000))) == ("spend", "100")
    either = promotion("a", Gift(("S1", "S2")), conditions=Conditions(minimum_spend=euros(800)))
    assert hint(either, till(line("1", "S1", 300), line("2", "S2", 700))) == ("spend", "500")
    whole = Conditions(minimum_spend=euros(1000), minimum_spend_of="basket")
    beside = promotion("a", Gift(("S9",)), scope=Scope(products=frozenset({"S1"})), conditions=whole)
    assert hint(beside, till(line("1", "S1", 600), line("2", "S9", 500))) == ("spend", "400")


def test_a_campaign_behind_a_code_needs_it() -> None:
    """Nobody else even hears of it."""
    hidden = promotion("a", TEN, reach="code")
    assert asked(hidden) == "silent"
    assert asked(hidden, opened=frozenset({1})) == "given"


def test_a_campaign_says_which_discounts_of_the_till_it_joins() -> None:
    """An unnamed kind keeps it away; the hint names the kind."""
    marked_down = till(line("1", "S1", 5000, already=(Already("markdown", 500),)))
    assert asked(promotion("a", TEN), marked_down) == "till_discount"
    assert hint(promotion("a", TEN), marked_down) == ("already", "markdown")
    joining = promotion("a", TEN, stacking=Stacking(already=frozenset({"markdown"})))
    assert asked(joining, marked_down) == "given"
    assert decide([joining], marked_down).effects[0].amount == 500


def test_stock_is_asked_where_the_campaign_asks() -> None:
    """A clearance needs five at hand. What nobody counted does not stop what lies on the counter."""
    clearance = promotion("a", TEN, conditions=Conditions(stock_units=5))
    known = products(product("S1"))
    assert asked(clearance, products=known, stock={1: 5000}) == "given"
    assert asked(clearance, products=known, stock={1: 4999}) == "out_of_stock"
    assert asked(clearance, products=known) == "given"
    assert asked(promotion("a", TEN), products=known, stock={1: 0}) == "given"


def test_a_currency_without_an_amount_is_refused() -> None:
    """Five euros are not five francs."""
    francs = replace(BASKET, place=SWISS, basket=replace(BASKET.basket, currency="CHF"))  # type: ignore[type-var]
    assert asked(promotion("a", AmountOff(euros(500), "unit")), francs) == "currency"
    assert asked(promotion("a", AmountOff((Money(500, "CHF"),), "unit")), francs) == "given"
    assert asked(promotion("a", TEN), francs) == "given"
    assert asked(promotion("a", TEN, limits=Limits(budget=euros(1))), francs) == "currency"


@pytest.mark.parametrize(
    ("want", "expected"),
    [
        (Want(1, carted_at_s=NOW_S - DAY_S), "given"),
        (Want(1, carted_at_s=NOW_S - 60), "interest_too_new"),
        (Want(1, carted_at_s=NOW_S - 31 * DAY_S), "interest_too_old"),
        (Want(1, carted_at_s=NOW_S - DAY_S, bought_at_s=NOW_S - 60), "bought_since"),
        (Want(2, carted_at_s=NOW_S - DAY_S), "silent"),
    ],
)
def test_an_interest_campaign_follows_the_interest(want: Want, expected: str) -> None:
    """Given on the wanted item, refused with the reason once the interest no longer holds, else silent."""
    known = products(product("S1"))
    assert asked(wanted("a", TEN), wants={want.product_no: want}, products=known) == expected


def test_a_want_of_an_unknown_product_is_not_used() -> None:
    """Nobody can say that it is not a sensitive one."""
    assert asked(wanted("a", TEN), wants=carted("S1")) == "silent"


def test_an_interest_may_be_in_the_group_of_variants() -> None:
    """She carted the blue one and buys the red one."""
    known = products(product("S1", group="g"), product("S2", group="g"))
    in_group = wanted("a", TEN, scope=Scope(wanted="group"))
    assert asked(in_group, wants=carted("S2"), products=known) == "given"
    assert asked(wanted("a", TEN), wants=carted("S2"), products=known) == "silent"


def test_an_interest_in_the_scope_may_set_off_a_reward_on_all_of_it() -> None:
    """Who looked at knitwear gets ten percent on all knitwear."""
    known = products(product("S1", category="a/knit"), product("S2", category="a/knit"), product("S3"))
    knitwear = wanted("a", TEN, trigger=CARTED, scope=Scope(categories=frozenset({"a"})))
    assert asked(knitwear, wants=carted("S2"), products=known) == "given"
    assert asked(knitwear, wants=carted("S3"), products=known) == "silent"
    assert asked(knitwear, wants=carted("S2", days=40), products=known) == "interest_too_old"


def test_exclusions_win() -> None:
    """By product, category or group, whatever brought the item in."""
    known = products(product("S1", category="a/knit", group="g"))
    for scope in (
        Scope(without_products=frozenset({"S1"})),
        Scope(without_categories=frozenset({"a"})),
        Scope(without_groups=frozenset({"g"})),
        Scope(products=frozenset({"S1"}), without_products=frozenset({"S1"})),
        Scope(categories=frozenset({"a"}), without_categories=frozenset({"a/knit"})),
    ):
        assert asked(promotion("a", TEN, scope=scope), products=known) == "silent"


def test_placements_never_change_a_price() -> None:
    """A campaign shown on the home screen only is charged at the till as quoted there."""
    shown_at_home = promotion("a", TEN, placements=frozenset({"home"}))
    assert asked(shown_at_home, replace(BASKET, placement="receipt")) == "given"
    assert why(decide([shown_at_home], kiosk(placement="banner"))) == {}
    assert [offer.campaign for offer in decide([shown_at_home], kiosk(placement="home")).offers] == ["a"]
