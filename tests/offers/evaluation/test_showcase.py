"""What a kiosk or web page shows: wanted products in stock, at the price the till will charge."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import assume, given

from offers.marketing.campaign import Conditions, Limits, Message, Scope, Stacking, Window
from offers.marketing.campaign_rewards import Percent
from offers.model import Basket, Known, Line, Product, Proof, Want
from tests.offers.worlds import (
    ANNA,
    CARTED,
    DAY_S,
    NOW,
    NOW_S,
    ONLINE,
    World,
    carted,
    decide,
    kiosk,
    line,
    product,
    products,
    promotion,
    till,
    wanted,
    why,
    worlds,
)

TEN = wanted("ten", Percent(1000))
SWEATER = product("S1", 5990, title="Merino sweater")
FACTS: dict[str, Any] = {"products": products(SWEATER), "stock": {1: 3000}, "wants": carted("S1")}


def test_a_wanted_product_is_shown_with_both_prices_and_its_end() -> None:
    """Price before, price after, and when the interest grows too old."""
    (offer,) = decide([TEN], kiosk(), ANNA, **FACTS).offers
    assert (offer.product, offer.price_before, offer.price_after) == ("S1", 5990, 5391)
    assert offer.personalised
    assert offer.expires_at == NOW + timedelta(days=28)


@pytest.mark.parametrize("stock", [{}, {1: 0}, {1: 999}])
def test_what_is_not_in_stock_is_not_shown(stock: dict[int, int]) -> None:
    """Nobody is sent home from the shelf; what nobody counted is not promised."""
    decision = decide([TEN], kiosk(), ANNA, **(FACTS | {"stock": stock}))
    assert decision.offers == ()
    assert why(decision) == {"ten": "out_of_stock" if stock else "stock_unknown"}


def test_the_law_binds_what_is_shown_as_well() -> None:
    """No price below the least, and no offer on what may not be discounted."""
    least = {1: FACTS["products"][1]._replace(minimum_minor=5900)}
    (offer,) = decide([TEN], kiosk(), ANNA, **(FACTS | {"products": least})).offers
    assert offer.price_after == 5900
    banned = {1: FACTS["products"][1]._replace(discountable=False)}
    assert decide([TEN], kiosk(), ANNA, **(FACTS | {"products": banned})).offers == ()


def test_online_unknown_stock_is_no_obstacle() -> None:
    """A page has no shelf; the shop's own stock is asked only where it is known."""
    page = replace(kiosk(channel="web"), place=ONLINE)
    assert decide([TEN], page, ANNA, **(FACTS | {"stock": {}})).offers
    assert not decide([TEN], page, ANNA, **(FACTS | {"stock": {1: 0}})).offers


@pytest.mark.parametrize(
    "changed",
    [
        {"price_minor": None},
        {"currency": "CHF"},
        {"currency": None},
        {"sensitive": True},
        {"category": "shop/Alcohol"},
    ],
)
def test_a_product_without_a_price_or_too_private_is_not_shown(changed: dict[str, Any]) -> None:
    """No price in this currency, or of a sensitive kind: not a word about it."""
    decision = decide([TEN], kiosk(), ANNA, **(FACTS | {"products": products(SWEATER._replace(**changed))}))
    assert decision.offers == ()
    assert why(decision) == {}


def test_sensitive_products_are_not_inferred_at_the_till_either() -> None:
    """An interest in them sets nothing off, not even a refusal."""
    facts = FACTS | {"products": products(SWEATER._replace(sensitive=True))}
    decision = decide([TEN], till(line("1", "S1", 5990)), ANNA, **facts)
    assert decision.effects == ()
    assert decision.refused == ()


@pytest.mark.parametrize("scope", [Scope(wanted="group"), Scope(groups=frozenset({"g"}))])
def test_no_group_and_no_scope_leads_around_a_sensitive_product(scope: Scope) -> None:
    """A sensitive variant does not stand for its group, nor is it discounted because of another."""
    campaign = replace(TEN, scope=scope)
    private, open_ = product("S1", group="g", sensitive=True), product("S2", group="g")
    for wanted_sku, gets in (("S1", False), ("S2", True)):
        facts: dict[str, Any] = {"products": products(private, open_), "wants": carted(wanted_sku)}
        decision = decide([campaign], till(line("1", "S2", 1000)), ANNA, **facts)
        assert bool(decision.effects) == gets
    facts = {"products": products(private, open_), "wants": carted("S2")}
    for_group = replace(TEN, scope=Scope(wanted="group"))
    assert decide([for_group], till(line("1", "S1", 1000)), ANNA, **facts).effects == ()


def test_offers_come_by_priority_then_by_what_they_are_worth() -> None:
    """A fresh cart before an old one, a cart before a look, a large saving before a small one."""
    wants = {
        1: Want(1, carted_at_s=NOW_S - DAY_S),
        2: Want(2, carted_at_s=NOW_S - 20 * DAY_S),
        3: Want(3, viewed_at_s=NOW_S - DAY_S),
        4: Want(4, viewed_at_s=NOW_S - DAY_S),
    }
    known: dict[str, Any] = {
        "wants": wants,
        "stock": dict.fromkeys(wants, 1000),
        "products": products(product("S1"), product("S2"), product("S3"), product("S4", 50_000)),
    }
    shown = [offer.product for offer in decide([TEN], kiosk(), ANNA, **known).offers]
    assert shown == ["S4", "S1", "S3", "S2"]
    assert [offer.product for offer in decide([TEN], kiosk(limit=2), ANNA, **known).offers] == shown[:2]
    pushed = wanted(
        "pushed", Percent(1500), priority=1, scope=Scope(wanted="item", products=frozenset({"S2"}))
    )
    assert decide([TEN, pushed], kiosk(), ANNA, **known).offers[0].product == "S2"


def test_a_shared_screen_says_nothing_of_the_interest() -> None:
    """A kiosk speaks neutrally and gives no reasons; the person's own phone may say more."""
    words = (Message(None, "en", "You left {product}!", "Take it", "", "{product}: {price_after}"),)
    campaign = replace(TEN, messages=words)
    (at_kiosk,) = decide([campaign], kiosk(), ANNA, **FACTS).offers
    assert (at_kiosk.title, at_kiosk.message, at_kiosk.reasons) == ("Merino sweater: 53.91 EUR", "", ())
    (in_app,) = decide([campaign], replace(kiosk(), channel="app"), ANNA, **FACTS).offers
    assert (in_app.title, in_app.message) == ("You left Merino sweater!", "Take it")
    assert in_app.reasons == ("carted",)
    (plain,) = decide(
        [replace(TEN, messages=(Message(None, "en", "You left {product}!"),))], kiosk(), ANNA, **FACTS
    ).offers
    assert plain.title == "Merino sweater"


def test_a_stranger_sees_campaigns_for_everybody() -> None:
    """Without a card: impersonal campaigns by priority, without products or prices."""
    campaigns = [TEN, promotion("a", Percent(500)), promotion("b", Percent(500), priority=3)]
    decision = decide(campaigns, kiosk(), None, **FACTS)
    assert [offer.campaign for offer in decision.offers] == ["b", "a"]
    assert not any(offer.personalised or offer.product for offer in decision.offers)
    assert decision.personal == "no_shopper"


def test_a_typed_phone_shows_what_a_stranger_sees() -> None:
    """And the answer asks for proof, whether or not there would be anything to show."""
    typed = replace(ANNA, proof=Proof.TYPED)
    decision = decide([TEN], kiosk(), typed, **FACTS)
    assert decision.offers == ()
    assert decision.personal == "needs_proof"
    assert decide([TEN], kiosk(), replace(typed, personal=False)).personal == "needs_proof"


def test_what_lies_in_the_cart_already_is_not_shown_beside_it() -> None:
    """On the web the wanted item in the cart gets its effect there."""
    page = replace(kiosk(channel="web"), basket=Basket("EUR", "included", (line("1", "S1", 5990),)))
    decision = decide([TEN], page, ANNA, **FACTS)
    assert [effect.line for effect in decision.effects] == ["1"]
    assert [offer.offer for offer in decision.offers] == ["ten.1.S1"]


def test_an_offer_ends_with_its_campaign_or_its_hours() -> None:
    """The earliest end counts: here the shop's closing hour, then Christmas Eve by the store's calendar."""
    week = tuple(range(7))
    hours = Conditions(windows=(Window(frozenset(week), time(9), time(18)),))
    (offer,) = decide([replace(TEN, conditions=hours)], kiosk(), ANNA, **FACTS).offers
    assert offer.expires_at == datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    year = replace(TEN, trigger=replace(CARTED, maximum_age_s=365 * DAY_S))
    christmas = replace(year, conditions=Conditions(valid_until=date(2026, 12, 24)))
    (offer,) = decide([christmas], kiosk(), ANNA, **FACTS).offers
    assert offer.expires_at == datetime(2026, 12, 24, 23, 0, tzinfo=UTC)


def test_the_decision_is_valid_until_its_first_end() -> None:
    """A quarter of an hour, or less when an offer ends sooner."""
    assert decide([TEN], kiosk(), ANNA, **FACTS).valid_until == NOW + timedelta(minutes=15)
    ending = replace(TEN, conditions=Conditions(valid_until=NOW + timedelta(minutes=4)))
    assert decide([ending], kiosk(), ANNA, **FACTS).valid_until == NOW + timedelta(minutes=4)


def test_the_quoted_price_counts_what_joins_it() -> None:
    """A promotion that comes on top at the till is in the price on the screen, wherever it may be shown."""
    joins = Stacking(joins=frozenset({"*"}), order=1)
    spring = promotion("spring", Percent(500), stacking=joins, placements=frozenset({"banner"}))
    mine = replace(TEN, stacking=Stacking(joins=frozenset({"*"})))
    (offer,) = decide([mine, spring], kiosk(placement="home"), ANNA, **FACTS).offers
    assert offer.campaign == "ten"
    assert offer.price_after == 5121
    assert decide([mine, spring], till(line("1", "S1", 5990)), ANNA, **FACTS).totals.after == 5121


@given(worlds(most_lines=1))
def test_what_is_quoted_at_the_kiosk_is_charged_at_the_till(world: World) -> None:
    """One evaluator: a wanted product alone in the basket costs what the screen said, to the cent."""
    stock = dict.fromkeys(world.known.products, 9000)
    known = replace(world.known, stock=stock)
    shown = world.decide(query=kiosk(limit=9), known=known)
    assume(shown.offers)
    assert world.shopper is not None or not any(offer.product for offer in shown.offers)
    for offer in shown.offers:
        if offer.product is None:
            continue
        charged = world.decide(query=till(_one(world.known, offer.product)), known=replace(known, stock={}))
        assert charged.totals.after == offer.price_after
        assert offer.campaign in {effect.campaign for effect in charged.effects}


def _one(known: Known, sku: str) -> Line:
    found: Product = next(one for one in known.products.values() if one.sku == sku)
    assert found.price_minor is not None
    return line("1", sku, found.price_minor)


def test_a_screen_looks_through_a_bounded_number_of_campaigns() -> None:
    """A thousand campaigns that are closed today cost a kiosk no more than the policy allows."""
    closed = Limits(total=1)
    campaigns = [promotion(f"c{i:04}", Percent(100), limits=closed, priority=1) for i in range(300)]
    decision = decide(
        [*campaigns, promotion("open", Percent(100))],
        kiosk(),
        None,
        stopped=frozenset(range(1, 301)),
    )
    assert decision.offers == ()
    assert len(decision.refused) == 200
