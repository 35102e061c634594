import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from identity.events.epochs import Epoch, account_at, epochs
from identity.model import Key, SignIn

START = datetime(2026, 1, 1, tzinfo=UTC)
DEVICE = Key("anonymous_id", "browser-1")


def at(hours: int) -> datetime:
    """A moment some hours after the start."""
    return START + timedelta(hours=hours)


def sign_in(account: str, hours: int) -> SignIn:
    """Somebody signed in on the one device of these tests."""
    return SignIn(DEVICE, account, at(hours))


SIGN_INS = st.lists(st.builds(sign_in, st.sampled_from("ABC"), st.integers(0, 12)), max_size=10)
MOMENTS = st.integers(-2, 14).map(at)


def test_without_a_sign_in_browsing_is_nobodys() -> None:
    """There is no epoch before the first sign-in is known."""
    assert epochs([]) == ()
    assert account_at([], at(0)) is None


def test_the_first_epoch_reaches_back_and_the_last_on() -> None:
    """Who signed in first browsed before it, who signed in last goes on."""
    known = [sign_in("A", 2), sign_in("B", 5)]
    assert epochs(known) == (Epoch("A", None, at(5)), Epoch("B", at(5), None))
    assert account_at(known, at(-100)) == "A"
    assert account_at(known, at(4)) == "A"
    assert account_at(known, at(5)) == "B"
    assert account_at(known, at(500)) == "B"


def test_signing_in_again_bounds_nothing() -> None:
    """An epoch ends when the account changes, not when it signs in again."""
    assert epochs([sign_in("A", 1), sign_in("A", 3)]) == (Epoch("A", None, None),)


def test_a_late_sign_in_changes_only_its_own_stretch() -> None:
    """B was there between A's two sign-ins; what lies elsewhere stays where it is."""
    known = [sign_in("A", 1), sign_in("A", 9), sign_in("B", 4)]
    assert epochs(known) == (Epoch("A", None, at(4)), Epoch("B", at(4), at(9)), Epoch("A", at(9), None))


@given(SIGN_INS, st.randoms(use_true_random=False))
def test_epochs_do_not_depend_on_arrival(known: list[SignIn], chance: random.Random) -> None:
    """Late is as good as early."""
    shuffled = known.copy()
    chance.shuffle(shuffled)
    assert epochs(shuffled) == epochs(known)


@given(SIGN_INS)
def test_epochs_are_maximal_runs_that_cover_all_time(known: list[SignIn]) -> None:
    """They follow each other without a gap, and no two neighbours are one account's."""
    found = epochs(known)
    if known:
        assert found[0].start is None
        assert found[-1].end is None
    for one, other in pairwise(found):
        assert one.end == other.start
        assert one.account != other.account


@given(SIGN_INS, MOMENTS)
def test_the_account_is_the_last_to_have_signed_in(known: list[SignIn], moment: datetime) -> None:
    """Against the obvious definition."""
    ordered = sorted(known, key=lambda each: (each.at, each.account))
    before = [each for each in ordered if each.at <= moment]
    expected = before[-1].account if before else ordered[0].account if ordered else None
    assert account_at(known, moment) == expected
