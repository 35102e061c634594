"""Points through the ledger: pending, confirmed, spent first what ends first, and gone with a refund."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from offers import service
from offers.marketing.campaign_rewards import Points
from offers.money import Money
from offers.points import account
from offers.redemptions.redemption import Clocks, Recorded, Redemption, Returned, Sale
from offers.returns.model import ReturnLine
from tests.offers.floor import NOW, Till, applied, campaign, key, shopper, unbalanced

ANNA_NO = 10
LATER = NOW + timedelta(days=15)
LINE = {"line": "1", "quantity": "1", "amount": 10_000}


@pytest.fixture
def shop(till: Till) -> Till:
    """A till where every full 1.00 earns a point."""
    campaign(till.connection, "stars", reward=Points(1, every=(Money(100, "EUR"),)))
    return till


def _balance(till: Till, now: datetime = NOW) -> tuple[int, int, int]:
    found = account.balance(till.connection, [ANNA_NO], now=now)
    return found.spendable, found.pending, found.owed


def _earn(till: Till, amount: int = 10_000) -> Redemption:
    held = till.reserve(amount=amount, who=shopper(ANNA_NO))
    done = till.commit(held)
    assert isinstance(done, Redemption)
    return done


def _report(till: Till, sale: Sale, now: datetime = LATER) -> Recorded:
    clocks = Clocks(received_at=now, occurred_at=now)
    found = service.record_transaction(till.connection, till.ctx, sale, clocks)
    assert isinstance(found, Recorded)
    return found


def _pay(till: Till, points: int, now: datetime = LATER, **more: Any) -> Recorded:
    """A sale of one line that is paid with points."""
    sale = Sale(
        transaction=key(),
        kind="sale",
        currency="EUR",
        lines=(LINE,),
        tenders=({"type": "points", "amount": points},),
        shopper=shopper(ANNA_NO),
        record_no=ANNA_NO,
        **more,
    )
    return _report(till, sale, now)


def test_points_are_pending_until_goods_can_no_longer_come_back(shop: Till) -> None:
    """Earned with the sale, spendable after the return window, gone at their end."""
    done = _earn(shop)
    assert [(item.unit, item.granted_minor) for item in done.items] == [("points", 100)]
    assert _balance(shop) == (0, 100, 0)
    assert _balance(shop, LATER) == (100, 0, 0)
    assert _balance(shop, LATER + timedelta(days=365)) == (0, 0, 0)


def test_points_last_from_when_they_are_confirmed(shop: Till) -> None:
    """Waiting for goods that might come back takes nothing of their time."""
    _earn(shop)
    policy = shop.ctx.policy
    end = NOW + timedelta(seconds=policy.return_window_s + policy.points_last_s)
    assert _balance(shop, end - timedelta(seconds=1)) == (100, 0, 0)
    assert _balance(shop, end) == (0, 0, 0)


def test_what_is_owed_is_paid_before_anything_is_spent(shop: Till) -> None:
    """50 were spent while all were pending; of the 100 that came, 80 more cannot be paid: 30 are owed."""
    _earn(shop)
    _pay(shop, 50, NOW)
    assert _balance(shop) == (0, 100, 50)
    _pay(shop, 80)
    assert _balance(shop, LATER) == (0, 0, 30)


def test_a_return_takes_back_what_the_goods_earned(shop: Till) -> None:
    """All of it when all comes back; a reversed sale earns nothing either."""
    done = _earn(shop)
    back = shop.give_back(done, ReturnLine("1", 1000))
    assert isinstance(back, Returned)
    assert back.points_taken_back == 100
    assert _balance(shop) == (0, 0, 0)
    other = _earn(shop)
    shop.reverse(other.transaction)
    assert _balance(shop, LATER) == (0, 0, 0)
    assert unbalanced(shop.connection) == []


def test_points_that_were_spent_before_their_refund_are_owed(shop: Till) -> None:
    """A refund leaves no points: what was spent of them is settled from what is earned next."""
    done = _earn(shop)
    assert "points_overdrawn" not in _pay(shop, 60).flags
    assert _balance(shop, LATER) == (40, 0, 0)
    back = shop.give_back(done, ReturnLine("1", 1000), now=LATER)
    assert isinstance(back, Returned)
    assert back.points_taken_back == 100
    assert _balance(shop, LATER) == (0, 0, 60)
    _earn(shop, amount=10_000)
    assert _balance(shop, LATER)[2] == 0
    assert _balance(shop, LATER + timedelta(days=30))[0] == 40


def test_a_sale_paid_with_points_gives_them_back_when_it_is_cancelled(shop: Till) -> None:
    """To the lot they came from; and who paid with more than there was owes the rest no more."""
    _earn(shop)
    paid = _pay(shop, 130)
    assert "points_overdrawn" in paid.flags
    assert _balance(shop, LATER) == (0, 0, 30)
    _report(shop, Sale(transaction=paid.transaction, kind="void", currency="EUR", lines=()))
    assert _balance(shop, LATER) == (100, 0, 0)


def test_a_part_that_comes_back_gives_its_share_of_the_points_back(shop: Till) -> None:
    """Of 100.00 paid with 80 points a half comes back: 40 points, and the half that they had earned goes."""
    _earn(shop)
    held = shop.reserve(amount=10_000, who=shopper(ANNA_NO), now=LATER)
    sale = Sale(
        transaction=held.transaction,
        kind="sale",
        currency="EUR",
        lines=({**LINE, "quantity": "2"},),
        tenders=({"type": "points", "amount": 80},),
        redemption=held.id,
        applied=tuple(applied(held)),
        shopper=shopper(ANNA_NO),
        record_no=ANNA_NO,
    )
    recorded = _report(shop, sale)
    assert recorded.redemption is not None
    assert _balance(shop, LATER) == (20, 100, 0)
    back = shop.give_back(replace(held, transaction=held.transaction), ReturnLine("1", 1000), now=LATER)
    assert isinstance(back, Returned)
    assert (back.points_taken_back, back.points_given_back) == (50, 40)
    assert _balance(shop, LATER) == (60, 50, 0)
    rest = shop.give_back(replace(held, transaction=held.transaction), ReturnLine("1", 1000), now=LATER)
    assert isinstance(rest, Returned)
    assert (rest.points_taken_back, rest.points_given_back) == (50, 40)


def test_points_of_a_sale_come_back_once(shop: Till) -> None:
    """In parts, and then the rest: what was given back is not given back again."""
    _earn(shop)
    _pay(shop, 60)
    paid = shop.connection.execute(text("SELECT DISTINCT redemption_no FROM offers.point_use")).scalar_one()
    given = [account.give_back(shop.connection, paid, points) for points in (20, None, None)]
    assert given == [20, 40, 0]
    assert _balance(shop, LATER) == (100, 0, 0)


def test_the_oldest_debt_is_paid_first_and_each_once(shop: Till) -> None:
    """Two sales were paid with points that were not there: 30 and 20. Of 40 that come, 10 are owed still."""
    for points in (30, 20):
        _pay(shop, points, NOW)
    assert _balance(shop) == (0, 0, 50)
    _earn(shop, amount=4000)
    assert _balance(shop) == (0, 0, 10)


def test_what_is_owed_for_a_sale_was_paid_with_points_too(shop: Till) -> None:
    """Of 60 points only 40 were there; a refund shares out all 60."""
    _earn(shop, amount=4000)
    _pay(shop, 60)
    paid = shop.connection.execute(text("SELECT DISTINCT redemption_no FROM offers.point_use")).scalar_one()
    assert account.spent_by(shop.connection, paid) == 60


def test_nobody_earns_for_a_stranger(shop: Till) -> None:
    """Without a shopper there is nobody to keep points for: booked, flagged, and no lot."""
    held = shop.reserve(amount=10_000)
    done = shop.commit(held)
    assert isinstance(done, Redemption)
    assert done.flags == ("points_without_shopper",)
    assert shop.connection.execute(text("SELECT count(*) FROM offers.point_lot")).scalar() == 0


def test_erased_people_leave_no_points_behind(shop: Till) -> None:
    """Nobody may spend them; the books keep their sums."""
    _earn(shop)
    account.forget(shop.connection, [ANNA_NO])
    assert _balance(shop, LATER) == (0, 0, 0)
