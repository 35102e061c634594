"""What the goods that are kept cost by themselves, when what came back is clawed back."""

from dataclasses import replace

import pytest

from offers.marketing.campaign import Conditions, Stacking
from offers.marketing.campaign_rewards import AmountOff
from offers.model import Line
from offers.money import Money
from offers.redemptions.redemption import Redemption, Returned
from offers.returns.model import ReturnLine
from tests.offers.floor import Till, campaign

THREE = Line("1", "sale", None, "A", None, 3000, "each", 3000)
ONE = Line("2", "sale", None, "B", None, 1000, "each", 7000)


@pytest.fixture
def shop(till: Till) -> Till:
    """A till where refunds are clawed back."""
    return Till(till.connection, replace(till.ctx, policy=replace(till.ctx.policy, returns="clawback")))


def _due(shop: Till, lines: tuple[Line, ...], back: ReturnLine) -> int | None:
    done = shop.commit(shop.reserve(lines=lines))
    assert isinstance(done, Redemption)
    found = shop.give_back(done, back)
    assert isinstance(found, Returned), found
    assert found.policy == "clawback"
    return found.lines[0].due_minor


def _twenty_off(shop: Till) -> None:
    """20.00 off from 100.00 on, beside no other of its group."""
    campaign(
        shop.connection,
        "twenty",
        reward=AmountOff((Money(2000, "EUR"),), "basket"),
        conditions=Conditions(minimum_spend=(Money(10_000, "EUR"),)),
        stacking=Stacking(group="one"),
    )


def test_of_a_line_that_came_back_in_part_the_rest_is_kept(shop: Till) -> None:
    """90.00 are left of what cost 80.00, and nothing is taken off them any more: nothing is due."""
    _twenty_off(shop)
    assert _due(shop, (THREE, ONE), ReturnLine("1", 1000)) == 0


def test_the_law_asks_for_its_part_of_what_is_kept(shop: Till) -> None:
    """Three pieces may not cost less than 27.00, so two not less than 18.00: 9.00 are due."""
    campaign(shop.connection, percent=20)
    assert _due(shop, (THREE._replace(minimum_minor=2700),), ReturnLine("1", 1000)) == 900


def test_who_lost_then_may_win_on_what_is_kept(shop: Till) -> None:
    """A tenth gave way to 20.00; on the 30.00 that are kept it holds: of 80.00 all but 27.00 are due."""
    _twenty_off(shop)
    campaign(shop.connection, stacking=Stacking(group="one"))
    assert _due(shop, (THREE, ONE), ReturnLine("2", 1000)) == 5300
