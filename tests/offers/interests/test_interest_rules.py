"""When something is wanted: merging, withdrawing, buying, growing old."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.interests import interest_rules
from offers.interests.interest_rules import Standing
from offers.marketing.campaign import Interest
from offers.model import Want
from tests.offers.worlds import DAY_S, NOW_S, product, products

instants = st.integers(0, 50)
wants = st.builds(Want, st.integers(1, 3), *[instants] * 6)


@given(st.lists(wants), st.randoms(use_true_random=False))
def test_merging_knows_no_order_and_no_repetition(found: list[Want], random: object) -> None:
    """Late, twice, shuffled, in two halves: the wants come out the same."""
    shuffled = found + found
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    merged = interest_rules.merge(found)
    assert interest_rules.merge(shuffled) == merged
    halves = [*interest_rules.merge(found[::2]).values(), *interest_rules.merge(found[1::2]).values()]
    assert interest_rules.merge(halves) == merged


@given(wants, wants, wants)
def test_joining_is_a_semilattice(a: Want, b: Want, c: Want) -> None:
    """Commutative, associative, idempotent."""
    b, c = b._replace(product_no=a.product_no), c._replace(product_no=a.product_no)
    join = interest_rules.join
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))
    assert join(a, a) == a


@pytest.mark.parametrize(
    ("want", "wanted"),
    [
        (Want(1, viewed_at_s=10), True),
        (Want(1, viewed_at_s=10, bought_at_s=9), True),
        (Want(1, viewed_at_s=10, bought_at_s=10), False),
        (Want(1, carted_at_s=10, removed_at_s=11), False),
        (Want(1, carted_at_s=10, removed_at_s=11, viewed_at_s=5), True),
        (Want(1, carted_at_s=12, removed_at_s=11), True),
        (Want(1, bought_at_s=5, returned_at_s=6), False),
        (Want(1), False),
    ],
)
def test_a_product_is_wanted_until_bought_or_taken_out(want: Want, *, wanted: bool) -> None:
    """Buying ends all interest, also in the same second; taking out of the cart ends that kind only."""
    assert interest_rules.is_open(want) == wanted


def test_a_cart_is_abandoned_when_it_lies_long_enough() -> None:
    """Derived when asked: the same want is abandoned an hour later."""
    want = Want(1, carted_at_s=1000)
    assert not interest_rules.is_abandoned(want, at_s=2000, after_s=3600)
    assert interest_rules.is_abandoned(want, at_s=5000, after_s=3600)
    assert not interest_rules.is_abandoned(want._replace(bought_at_s=1500), at_s=5000, after_s=3600)


TRIGGER = Interest(frozenset({"viewed", "carted"}), minimum_age_s=3600, maximum_age_s=DAY_S)


@pytest.mark.parametrize(
    ("want", "expected"),
    [
        (Want(1, carted_at_s=NOW_S - 3600), "carted"),
        (Want(1, carted_at_s=NOW_S - 3599), "interest_too_new"),
        (Want(1, carted_at_s=NOW_S + 60), "interest_too_new"),
        (Want(1, carted_at_s=NOW_S - DAY_S + 1), "carted"),
        (Want(1, carted_at_s=NOW_S - DAY_S), "interest_too_old"),
        (Want(1, carted_at_s=NOW_S - 7200, viewed_at_s=NOW_S - 10), "carted"),
        (Want(1, carted_at_s=NOW_S - 10, viewed_at_s=NOW_S - 7200), "viewed"),
        (Want(1, searched_at_s=NOW_S - 7200), "no_interest"),
        (Want(1, carted_at_s=NOW_S - 7200, bought_at_s=NOW_S - 60), "bought_since"),
        (Want(1, carted_at_s=NOW_S - 7200, removed_at_s=NOW_S - 60), "no_interest"),
    ],
)
def test_each_kind_of_interest_is_judged_by_its_own_age(want: Want, expected: str) -> None:
    """What was carted last week counts although it was looked at a minute ago; nothing counts too early."""
    judged = interest_rules.judge(TRIGGER, want, NOW_S)
    assert (judged.kind if isinstance(judged, Standing) else judged) == expected


def test_what_is_shown_after_the_transaction_began_is_shown_just_now() -> None:
    """A till keeps the price time of its first scan; she fills her cart on the phone while it is scanning."""
    at_once = Interest(frozenset({"carted"}), minimum_age_s=0, maximum_age_s=DAY_S)
    for later_s in (0, 1, 60):
        judged = interest_rules.judge(at_once, Want(1, carted_at_s=NOW_S + later_s), NOW_S)
        assert isinstance(judged, Standing)


def test_an_interest_says_when_it_grows_too_old() -> None:
    """The offer's end is the end of its interest."""
    judged = interest_rules.judge(TRIGGER, Want(1, carted_at_s=NOW_S - 7200), NOW_S)
    assert isinstance(judged, Standing)
    assert judged.expires_at_s == NOW_S - 7200 + DAY_S


def test_what_was_bought_lately_is_not_pushed_again() -> None:
    """`not_bought_for` suppresses although the product was looked at after it was bought."""
    trigger = Interest(frozenset({"viewed"}), 0, DAY_S, bought_before_s=14 * DAY_S)
    want = Want(1, viewed_at_s=NOW_S - 60, bought_at_s=NOW_S - 5 * DAY_S)
    assert interest_rules.judge(trigger, want, NOW_S) == "bought_lately"
    assert isinstance(
        interest_rules.judge(trigger, want._replace(bought_at_s=NOW_S - 15 * DAY_S), NOW_S), Standing
    )


def test_variants_of_a_group_are_wanted_together() -> None:
    """Who bought the blue one no longer wants the red one."""
    known = products(product("S1", group="g"), product("S2", group="g"), product("S3"))
    merged = interest_rules.by_group(
        {1: Want(1, carted_at_s=10), 2: Want(2, bought_at_s=20), 3: Want(3, carted_at_s=5)}, known
    )
    assert merged == {"g": Want(1, carted_at_s=10, bought_at_s=20)}
    assert not interest_rules.is_open(merged["g"])
