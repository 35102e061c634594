"""Adding an item never lowers the discount: how far that is true, and the counterexample where it is not."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from offers.catalogue.compiled import EMPTY
from offers.evaluation.case import lay_out
from offers.evaluation.judging import judge
from offers.evaluation.pricing import settle
from offers.marketing.campaign import Conditions, Scope, Stacking
from offers.marketing.campaign_rewards import AmountOff, Percent
from offers.model import Basket, Known, Line, Policy
from offers.money import share, spread
from offers.trials.campaign_checks import check
from tests.offers.worlds import NOW, World, catalogue, decide, euros, line, lines_of, promotion, till, worlds

JOINING = frozenset({"*"})


@given(worlds(tangled=True, most_lines=4, most_campaigns=4), lines_of("zz", tangled=True))
def test_adding_an_item_never_lowers_the_discount(world: World, more: Line) -> None:
    """Conditions here have lower bounds only, and both searches are exact: what was allowed before still is.

    Not even the rounding of a stacked offer can lose: the new line may be left out of what is spread.
    """
    assert world.query.basket is not None
    basket = Basket("EUR", world.query.basket.tax, (*world.query.basket.lines, more))
    before, after = world.decide(), world.decide(query=replace(world.query, basket=basket))
    assume(before.search == after.search == "exact")
    assert after.totals.discount >= before.totals.discount


SHAPED = worlds(most_lines=4, most_campaigns=4, shaped=True) | worlds(
    most_lines=4, most_campaigns=4, tangled=True, shaped=True
)


@given(SHAPED, lines_of("zz", tangled=True))
def test_what_is_not_called_non_monotone_is_not(world: World, more: Line) -> None:
    """Groups, margin floors, conditions, exclusive groups: activation warns of every campaign that may lose
    by one more item. Budgets here do not run out on the way.
    """
    assume(
        not any(
            one.kind == "non_monotone"
            for campaign in world.campaigns
            for one in check(
                replace(campaign, limits=replace(campaign.limits, budget=())), EMPTY, (), now=NOW
            )
        )
    )
    assert world.query.basket is not None
    basket = Basket("EUR", world.query.basket.tax, (*world.query.basket.lines, more))
    before, after = world.decide(), world.decide(query=replace(world.query, basket=basket))
    assume(before.search == after.search == "exact")
    assert after.totals.discount >= before.totals.discount


@given(worlds(most_lines=4, most_campaigns=4), st.integers(1, 5000))
def test_a_lower_minimum_spend_never_lowers_the_discount(world: World, least: int) -> None:
    """Loosening a condition only adds allowed combinations."""
    strict = [
        replace(one, conditions=Conditions(minimum_spend=euros(least + 1000))) for one in world.campaigns
    ]
    loose = [replace(one, conditions=Conditions(minimum_spend=euros(least))) for one in world.campaigns]
    assert (
        world.decide(campaigns=tuple(loose)).totals.discount
        >= world.decide(campaigns=tuple(strict)).totals.discount
    )


def test_spreading_over_one_more_line_can_shift_a_unit_and_lose_it() -> None:
    """The counterexample for an evaluator that always spreads over all lines, and why this one does not lose.

    1.74 off the basket, then 75% off the first line. With a sixth line the largest remainder moves one cent
    onto the first line, and the percentage on it falls by one: 1.74 + 0.02 becomes 1.74 + 0.01.
    """
    amounts = [2, 238, 149, 263, 292]
    first, second = spread(174, amounts), spread(174, [*amounts, 231])
    assert 174 + share(2 - first[0], 7500) == 176
    assert 174 + share(2 - second[0], 7500) == 175

    campaigns = (
        promotion("off", AmountOff(euros(174), "basket"), stacking=Stacking(joins=JOINING)),
        promotion(
            "most",
            Percent(7500),
            scope=Scope(products=frozenset({"S0"})),
            stacking=Stacking(joins=JOINING, order=1),
        ),
    )
    lines = [line(str(i), f"S{i}", amount) for i, amount in enumerate([*amounts, 231])]
    assert decide(campaigns, till(*lines[:5])).totals.discount >= 176
    assert decide(campaigns, till(*lines)).totals.discount >= 176
    case = lay_out(catalogue(*campaigns), till(*lines), None, Known(), Policy(), 7)
    everything = [claim for play in judge(case, case.items).plays for claim in play.claims]
    assert sum(grant.amount for grant in settle(everything)) == 175
