"""The faults that users of the field report again and again, each shown not to be ours.

Rounding and spreading, over-applied groups and the cost of many campaigns have their proofs in test_money,
test_groups, test_promises and in the bench; here is one readable witness of each.
"""

from dataclasses import replace
from typing import Any

import pytest

from offers.evaluation.decision import Refusal, RefusedCode
from offers.marketing.campaign import Audience, Conditions, Limits, Scope, Stacking
from offers.marketing.campaign_rewards import AmountOff, BuyGet, Percent
from offers.model import Line, Only, Proof, Shopper
from tests.offers.worlds import (
    ANNA,
    ONLINE,
    catalogue,
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
)


def test_a_use_is_not_burnt_without_effect() -> None:
    """A limited campaign that a better one displaces is not in the effects, which alone are booked."""
    loser = promotion("loser", Percent(500), limits=Limits(total=1))
    decision = decide([loser, promotion("winner", Percent(1000))], till(line("1", "S1", 1000)))
    assert {effect.campaign for effect in decision.effects} == {"winner"}
    assert {offer.campaign for offer in decision.offers} == {"winner"}


@pytest.mark.parametrize("amounts", [(1, 1, 1), (999, 1), (333, 333, 334), (1, 9999)])
def test_an_amount_spread_over_lines_is_that_amount(amounts: tuple[int, ...]) -> None:
    """No cent is lost or made by rounding, and no line goes below zero."""
    lines = [line(str(i), f"S{i}", amount) for i, amount in enumerate(amounts)]
    off = promotion("off", AmountOff(euros(100), "basket"))
    decision = decide([off], till(*lines))
    assert decision.totals.discount == min(100, sum(amounts))
    assert all(one.after >= 0 for one in decision.lines)


@pytest.mark.parametrize(("pieces", "free"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (99, 49)])
def test_buy_one_get_one_gives_one_for_each_pair(pieces: int, free: int) -> None:
    """However many pieces, however they are scanned."""
    campaign = promotion("bogo", BuyGet(1, 1, Percent(10_000)))
    one_line = till(line("1", "S1", 100 * pieces, quantity_milli=1000 * pieces))
    many_lines = till(*[line(f"{i:02d}", "S1", 100) for i in range(pieces)])
    for query in (one_line, many_lines):
        assert decide([campaign], query).totals.discount == 100 * free


def test_what_is_live_elsewhere_is_not_even_looked_at() -> None:
    """Thousands of campaigns for other products leave no trace: the index finds what matches."""
    others = [
        promotion(f"o{i}", Percent(9000), scope=Scope(products=frozenset({f"X{i}"}))) for i in range(3000)
    ]
    live = catalogue(promotion("mine", Percent(1000)), *others)
    decision = decide(live, till(line("1", "S1", 1000)))
    assert taken_off(decision) == {("mine", "1"): 100}
    assert decision.refused == ()


def test_every_channel_gets_the_same_price() -> None:
    """Till, kiosk, web and app, quote and reserve: one evaluator, one answer for one basket."""
    campaigns = [promotion("a", Percent(1000)), promotion("b", AmountOff(euros(150), "unit"))]
    query = till(line("1", "S1", 1999), line("2", "S2", 500))
    totals = {
        decide(campaigns, replace(query, channel=channel, mode=mode)).totals
        for channel in ("till", "kiosk", "web", "app")
        for mode in ("quote", "reserve")
    }
    assert len(totals) == 1


@pytest.mark.parametrize("shopper", [None, replace(ANNA, proof=Proof.TYPED), replace(ANNA, members=())])
def test_a_guest_breaks_nothing(shopper: Shopper | None) -> None:
    """Nobody known, badly known, or known without a record: impersonal offers, nothing personal."""
    campaigns = [
        promotion("all", Percent(1000)),
        wanted("personal", Percent(2000)),
        promotion("counted", Percent(3000), limits=Limits(per_profile=1)),
    ]
    known: dict[str, Any] = {"products": products(product("S1"))}
    for query in (till(line("1", "S1", 1000)), kiosk(), kiosk(place=ONLINE, channel="web"), till()):
        decision = decide(campaigns, query, shopper, **known)
        assert not any(offer.personalised for offer in decision.offers)


def test_no_refusal_is_silent() -> None:
    """A campaign that covers the basket and gives nothing says why, and what would help."""
    campaigns = [
        promotion("spend", Percent(1000), conditions=Conditions(minimum_spend=euros(5000))),
        promotion("group", BuyGet(2, 1, Percent(10_000))),
        promotion("channel", Percent(1000), conditions=Conditions(channels=frozenset({"web"}))),
        promotion("shy", Percent(100), stacking=Stacking()),
        promotion("best", Percent(2000)),
    ]
    decision = decide(campaigns, till(line("1", "S1", 1000)))
    told = {
        one.campaign: (one.reason, one.hint.value if one.hint is not None else None)
        for one in decision.refused
        if isinstance(one, Refusal)
    }
    assert told == {
        "spend": ("minimum_spend", "4000"),
        "group": ("minimum_units", "2"),
        "channel": ("channel", None),
        "shy": ("better_offer", "best"),
    }


@pytest.mark.parametrize(
    ("sections", "lines", "reason"),
    [
        ({"scope": Scope(products=frozenset({"S9"}))}, (line("1", "S1", 1000),), "not_in_basket"),
        ({"scope": Scope(without_products=frozenset({"S1"}))}, (line("1", "S1", 1000),), "not_in_basket"),
        ({"conditions": Conditions(stores=frozenset({"0099"}))}, (line("1", "S1", 1000),), "store"),
        ({"conditions": Conditions(channels=frozenset({"web"}))}, (line("1", "S1", 1000),), "channel"),
        ({}, (), "not_in_basket"),
        ({}, (line("1", "S1", 1000, kind="return"),), "not_in_basket"),
    ],
)
def test_a_code_is_not_refused_in_silence(
    sections: dict[str, Any], lines: tuple[Line, ...], reason: str
) -> None:
    """Whoever shows a code hears why its campaign gives nothing, even where nothing leads to it."""
    coded = promotion("coded", Percent(1000), reach="code", **sections)
    decision = decide([coded], till(*lines), opened=frozenset({1}), named={"d1": 1})
    assert decision.refused == (Refusal("coded", reason),)
    clipped = decide([coded], till(*lines), opened=frozenset({1}))
    assert {one.reason for one in clipped.refused} <= {"channel"}


def test_a_code_for_what_is_not_live_says_so() -> None:
    """Its campaign is paused, ended or still a draft."""
    decision = decide([promotion("a", Percent(1000))], till(), opened=frozenset({5}), named={"d1": 5})
    assert decision.refused == (RefusedCode("d1", "code_not_live"),)


def test_a_code_tells_whoever_holds_a_token_nothing_about_the_person() -> None:
    """Not even that the person is of another tier."""
    coded = promotion("coded", Percent(1000), reach="code", audience=Audience(tiers=frozenset({"silver"})))
    holder = replace(ANNA, only=Only("other", None))
    decision = decide([coded], till(line("1", "S1", 1000)), holder, opened=frozenset({1}), named={"d1": 1})
    assert decision.refused == (Refusal("coded", "needs_proof"),)
