"""What the evaluator promises, as properties of made-up worlds; every exception keeps its counterexample."""

from dataclasses import replace
from itertools import chain, combinations

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from offers.evaluation.case import lay_out
from offers.evaluation.combination import choose
from offers.evaluation.judging import judge
from offers.evaluation.pricing import Claim, Play, settle
from offers.evaluation.search import fits
from offers.marketing.campaign import Campaign
from offers.marketing.campaign_rewards import Bundle, BuyGet, Gift, TenderCoupon
from offers.model import Basket, Channel, Left, Policy, Proof, Shopper
from offers.money import BP
from tests.offers.worlds import ANNA, World, catalogue, worlds

EXACT = 12
SHAPED = worlds(most_lines=4, most_campaigns=4, shaped=True)
TANGLES = SHAPED | worlds(most_lines=4, most_campaigns=5, tangled=True, shaped=True)


def as_bytes(decision: object) -> bytes:
    """The decision as it goes over the wire."""
    return orjson.dumps(decision)


@given(TANGLES)
def test_the_effects_of_a_line_sum_to_what_it_costs_less(world: World) -> None:
    """Parts sum to the whole: for every line, for every total."""
    decision = world.decide()
    assert world.query.basket is not None
    amounts = {line.line: line.amount_minor for line in world.query.basket.lines}
    for after in decision.lines:
        off = sum(effect.amount for effect in decision.effects if effect.line == after.line)
        assert after.after == amounts[after.line] - off
    sales = [line for line in world.query.basket.lines if line.kind == "sale"]
    totals = decision.totals
    assert totals.before == sum(line.amount_minor for line in sales)
    assert totals.discount == sum(effect.amount for effect in decision.effects if effect.line is not None)
    assert totals.tender == sum(one.amount for one in decision.effects if one.type == "tender_coupon")
    assert totals.points == sum(one.amount for one in decision.effects if one.type == "points")
    assert totals.after == totals.before - totals.discount
    assert totals.tender <= totals.after


@given(TANGLES)
def test_no_line_falls_below_zero_or_what_the_law_asks(world: World) -> None:
    """Legal bans hold whatever is combined: the line's minimum, lines that may not be discounted, returns."""
    decision = world.decide()
    assert world.query.basket is not None
    lines = {line.line: line for line in world.query.basket.lines}
    for after in decision.lines:
        line = lines[after.line]
        assert after.after >= min(line.minimum_minor, line.amount_minor) >= 0
        if not line.discountable or line.kind == "return":
            assert after.after == line.amount_minor
    assert decision.totals.after >= 0


@given(worlds() | SHAPED)
def test_evaluating_twice_gives_the_same_bytes(world: World) -> None:
    """A decision is a function of its inputs: replaying gives the same bytes."""
    assert as_bytes(world.decide()) == as_bytes(world.decide())


@given(worlds() | SHAPED, st.randoms(use_true_random=False))
def test_permuting_lines_and_campaigns_changes_nothing(world: World, random: object) -> None:
    """Line ids count, not their order; nor does the order in which campaigns are loaded or facts are read."""
    assert world.query.basket is not None
    lines = list(world.query.basket.lines)
    wants = list(world.known.wants.items())
    random.shuffle(lines)  # type: ignore[attr-defined]
    random.shuffle(wants)  # type: ignore[attr-defined]
    basket = replace(world.query.basket, lines=tuple(lines))
    shuffled = world.decide(
        query=replace(world.query, basket=basket), known=replace(world.known, wants=dict(wants))
    )
    assert as_bytes(shuffled) == as_bytes(world.decide())


@given(worlds() | SHAPED)
def test_what_is_quoted_is_reserved(world: World) -> None:
    """Mode and revision change no amount: one evaluator answers a quote, a reserve and a replay."""
    reserving = replace(world.query, mode="reserve", revision=9)
    assert as_bytes(world.decide(query=reserving)) == as_bytes(world.decide())


@given(TANGLES, st.integers(0, 300))
def test_an_amount_below_the_wish_says_why(world: World, left: int) -> None:
    """`desired` is given in full unless the effect says capacity or margin floor; no budget is overdrawn."""
    room = {i: Left(None, None, left) for i, one in enumerate(world.campaigns, 1) if one.limits.budget}
    decision = world.decide(known=replace(world.known, room=room))
    for effect in decision.effects:
        assert 0 < effect.amount <= effect.desired or effect.type == "message"
        assert (effect.amount < effect.desired) == (effect.reason is not None)
    for campaign in world.campaigns:
        given_away = sum(one.amount for one in decision.effects if one.campaign == campaign.id)
        if campaign.limits.budget:
            assert given_away <= left
        for most in campaign.limits.amount_per_basket:
            assert given_away <= most.amount_minor


@given(worlds() | SHAPED)
def test_an_offer_without_effect_is_not_given(world: World) -> None:
    """Nothing is consumed for nothing: each offer of a basket takes something off, or adds something."""
    decision = world.decide()
    touched = {effect.offer for effect in decision.effects}
    asked = {prompt.campaign for prompt in decision.prompts}
    assert {offer.offer for offer in decision.offers if offer.campaign not in asked} == touched


@given(worlds() | SHAPED)
def test_no_refusal_is_silent(world: World) -> None:
    """Whatever covers a line is either applied or refused with a reason, never both."""
    decision = world.decide()
    applied = {offer.campaign for offer in decision.offers}
    refused = {one.campaign for one in decision.refused if hasattr(one, "campaign")}
    assert not applied & refused
    assert world.query.basket is not None
    sale = any(line.kind == "sale" for line in world.query.basket.lines)
    for campaign in world.campaigns:
        if isinstance(campaign.reward, Bundle):
            continue  # covers its parts only
        if campaign.scope == type(campaign.scope)() and not campaign.personal and sale:
            assert campaign.id in applied | refused


@given(TANGLES)
def test_a_margin_floor_holds_whatever_is_combined(world: World) -> None:
    """Net of tax, no line that a guarded campaign touched in full yields less than its floor over cost."""
    decision = world.decide()
    assert world.query.basket is not None
    lines = {line.line: line for line in world.query.basket.lines}
    after = {line.line: line.after for line in decision.lines}
    rules = {one.id: one for one in world.campaigns}
    for effect in decision.effects:
        campaign = rules[effect.campaign]
        floor_bp = campaign.conditions.margin_floor_bp
        if floor_bp is None or effect.line is None or any(map(touches_some_units, world.campaigns)):
            continue
        line = lines[effect.line]
        assert line.product_no is not None
        cost = world.known.products[line.product_no].cost_minor
        assert cost is not None
        gross = BP + 2000 if world.query.basket.tax == "included" else BP
        assert after[effect.line] * 1000 * (BP - floor_bp) >= cost * line.quantity_milli * gross


def touches_some_units(campaign: Campaign) -> bool:
    """Whether the campaign may lower the price of some units of a line and not of others."""
    return bool(campaign.limits.units_per_basket) or isinstance(campaign.reward, BuyGet | Bundle | Gift)


@given(TANGLES)
def test_no_allowed_combination_is_better(world: World) -> None:
    """Exact within a component of twelve claims: never worse than brute force over every allowed set."""
    plays, best = brute_force(world)
    chosen = choose(plays, world.policy)
    assert sum(grant.amount for grant in chosen.grants) == best
    assert not chosen.bounded
    assert allowed([grant.claim for grant in chosen.grants])


@given(TANGLES, st.integers(0, 200))
def test_a_search_that_ends_early_says_so(world: World, steps: int) -> None:
    """Beyond the exact size what is not proved best is called bounded, and what is not so called is best."""
    plays, best = brute_force(world)
    chosen = choose(plays, Policy(exact_claims=1, search_steps=steps))
    reached = sum(grant.amount for grant in chosen.grants)
    assert reached == best or (chosen.bounded and reached < best)
    assert allowed([grant.claim for grant in chosen.grants])


def brute_force(world: World) -> tuple[list[Play], int]:
    """The plays of a world, and the most that any allowed set of their claims gives."""
    case = lay_out(
        catalogue(*world.campaigns), world.query, world.shopper, world.known, world.policy, world.seed
    )
    plays = judge(case, case.items).plays
    claims = [claim for play in plays for claim in play.claims]
    assume(len(claims) <= EXACT)
    return plays, max(sum(one.amount for one in settle(some)) for some in subsets(claims) if allowed(some))


def subsets(claims: list[Claim]) -> "chain[tuple[Claim, ...]]":
    """Every set of claims, from none to all."""
    return chain.from_iterable(combinations(claims, size) for size in range(len(claims) + 1))


def allowed(claims: "tuple[Claim, ...] | list[Claim]") -> bool:
    """Every line's rules join each other, and of every exclusive group at most one rule is used."""
    groups: dict[str, int] = {}
    for i, claim in enumerate(claims):
        if not fits(claim, [other for j, other in enumerate(claims) if j != i]):
            return False
        rule = claim.play.rule
        if rule.group is not None and groups.setdefault(rule.group, rule.position) != rule.position:
            return False
    return True


@pytest.mark.parametrize("shopper", [None, replace(ANNA, proof=Proof.TYPED), replace(ANNA, personal=False)])
@given(world=worlds(), channel=st.sampled_from(["till", "kiosk", "web"]))
def test_without_proof_and_consent_nothing_depends_on_what_is_known(
    shopper: Shopper | None, world: World, channel: Channel
) -> None:
    """A typed phone number, a missing consent, a stranger: interests change not one byte of the answer."""
    query = replace(world.query, channel=channel)
    told = world.decide(shopper=shopper, query=query)
    blind = world.decide(shopper=shopper, query=query, known=replace(world.known, wants={}))
    assert as_bytes(told) == as_bytes(blind)
    assert not any(offer.personalised for offer in told.offers)
    assert not told.greet


@given(worlds() | SHAPED)
def test_a_line_without_claims_changes_no_other(world: World) -> None:
    """What no campaign may touch leaves every other line's price alone, but for what a spend unlocks and for
    what a coupon may still pay beside goods that come back.
    """
    assume(not any(one.conditions.minimum_spend for one in world.campaigns))
    assert world.query.basket is not None
    is_exchange = any(line.kind == "return" for line in world.query.basket.lines)
    assume(not (is_exchange and any(isinstance(one.reward, TenderCoupon) for one in world.campaigns)))
    assert _with_a_bag(world).decide().effects == world.decide().effects


def _with_a_bag(world: World) -> World:
    """The same basket with one line more, which no campaign may touch."""
    assert world.query.basket is not None
    bag = world.query.basket.lines[0]._replace(
        line="zz", product_no=None, sku="bag", category=None, discountable=False, kind="sale", already=()
    )
    basket = Basket("EUR", world.query.basket.tax, (*world.query.basket.lines, bag))
    return replace(world, query=replace(world.query, basket=basket))
