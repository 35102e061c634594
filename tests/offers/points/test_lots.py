"""Lots of points: what is spent first, what is taken back, and that nothing survives a refund."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from offers.points.lots import Balance, Lot, Part, balance, give_back, settle, spend, take_back

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def _lot(number: int, earned: int, *, ends: int = 100, confirmed: bool = True, **given: int) -> Lot:
    confirms_at = NOW - DAY if confirmed else NOW + DAY
    return Lot(lot_no=number, earned=earned, confirms_at=confirms_at, expires_at=NOW + ends * DAY, **given)


LOTS = st.lists(
    st.builds(
        lambda number, earned, ends, confirmed, spent: _lot(
            number, earned, ends=ends, confirmed=confirmed, spent=min(spent, earned)
        ),
        st.integers(1, 50),
        st.integers(1, 500),
        st.integers(-3, 30),
        st.booleans(),
        st.integers(0, 500),
    ),
    max_size=8,
    unique_by=lambda lot: lot.lot_no,
)


def test_what_ends_first_is_spent_first() -> None:
    """First in by expiry, first out; the older lot number breaks ties."""
    held = [_lot(1, 100, ends=30), _lot(2, 100, ends=10), _lot(3, 100, ends=30)]
    assert spend(held, 250, NOW) == [Part(2, 100), Part(1, 100), Part(3, 50)]


def test_pending_and_expired_points_pay_nothing() -> None:
    """Points of goods that may still come back are not money yet."""
    held = [_lot(1, 100, confirmed=False), _lot(2, 100, ends=-1), _lot(3, 30)]
    assert spend(held, 100, NOW) == [Part(3, 30)]
    assert balance(held, 10, NOW) == Balance(spendable=20, pending=100, owed=10)


@given(LOTS, st.integers(0, 2_000))
def test_spending_takes_what_there_is_and_no_more(held: list[Lot], points: int) -> None:
    """The parts sum to what was asked or to all that is spendable."""
    parts = spend(held, points, NOW)
    left = {lot.lot_no: lot.left for lot in held}
    assert sum(part.points for part in parts) == min(points, balance(held, 0, NOW).spendable)
    assert all(0 < part.points <= left[part.lot_no] for part in parts)


@given(LOTS, st.integers(0, 2_000))
def test_a_debt_is_paid_from_what_is_there_confirmed_first(held: list[Lot], owed: int) -> None:
    """Pending points pay a debt only after all confirmed ones."""
    parts = settle(held, owed, NOW)
    confirmed = {lot.lot_no for lot in held if lot.confirms_at <= NOW}
    paid = sum(part.points for part in parts if part.lot_no in confirmed)
    assert paid == min(owed, balance(held, 0, NOW).spendable)


@given(st.integers(1, 500), st.integers(0, 500), st.lists(st.integers(0, 200), max_size=5))
def test_after_a_full_refund_no_point_survives(earned: int, spent: int, returns: list[int]) -> None:
    """In all exactly what was earned is taken back: from the lot as far as it goes, the rest is owed."""
    lot = _lot(1, earned, spent=min(spent, earned))
    owed_in_all, asked_in_all = 0, 0
    for points in [*returns, earned]:
        asked = min(points, earned - asked_in_all)
        lot, owed = take_back(lot, asked)
        asked_in_all += asked
        owed_in_all += owed
    assert lot.left == 0
    assert lot.taken_back + owed_in_all == earned
    assert owed_in_all == min(spent, earned)


def test_points_go_back_to_the_lots_they_came_from() -> None:
    """What was spent last comes back first, so that what ends soonest stays spent."""
    assert give_back([Part(2, 100), Part(1, 50)], 60) == [Part(1, 50), Part(2, 10)]


def test_no_more_is_taken_back_than_was_earned() -> None:
    """A return that claims more points than its goods brought leaves no debt for the rest."""
    after, owed = take_back(_lot(1, 10, taken_back=4), 20)
    assert (after.taken_back, owed) == (10, 0)
