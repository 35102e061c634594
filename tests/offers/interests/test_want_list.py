"""The short list of a record's open wants."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from offers.interests import want_list
from offers.interests.interest_rules import is_open, join
from offers.interests.want_list import MOST, WantList
from offers.model import Want

instants = st.integers(0, 40) | st.just(0)
wants = st.builds(Want, st.integers(1, 90), instants, instants, instants, instants, instants, instants)


@given(st.lists(wants, max_size=200), st.randoms(use_true_random=False))
def test_the_list_depends_on_the_interests_alone(history: list[Want], rng: random.Random) -> None:
    """However interests arrive, one by one or in batches, the list is the one chosen from all of them."""
    rng.shuffle(history)
    interests: dict[int, Want] = {}
    kept = WantList()
    while history:
        batch = [history.pop() for _ in range(min(len(history), rng.randint(1, 30)))]
        for want in batch:
            before = interests.get(want.product_no)
            interests[want.product_no] = want if before is None else join(before, want)
        changed = [interests[number] for number in {want.product_no for want in batch}]
        advanced = want_list.advance(kept, changed)
        kept = want_list.choose(interests.values()) if advanced is None else advanced
        assert kept == want_list.choose(interests.values())


def test_only_the_newest_open_wants_are_kept() -> None:
    """Of a hundred viewed products the sixty-four newest stay, and the list says that it was cut."""
    chosen = want_list.choose(Want(number, viewed_at_s=number) for number in range(1, 101))
    assert chosen.products == tuple(range(100, 100 - MOST, -1))
    assert chosen.cut


def test_a_left_out_want_returns_when_room_comes_free() -> None:
    """When a kept want closes, the list must be chosen afresh, because the next newest is not in it."""
    before = want_list.choose(Want(number, viewed_at_s=number) for number in range(1, 101))
    assert want_list.advance(before, [Want(100, viewed_at_s=100, bought_at_s=200)]) is None


def test_an_older_change_does_not_stand_in_for_a_left_out_want() -> None:
    """One kept want closes and a left-out one changes in the same batch: others were left out between
    them.
    """
    before = want_list.choose(Want(number, viewed_at_s=number) for number in range(1, 101))
    changed = [Want(100, viewed_at_s=100, bought_at_s=200), Want(1, viewed_at_s=2)]
    assert want_list.advance(before, changed) is None


@given(st.lists(st.lists(wants, max_size=10), max_size=4))
def test_packed_lists_may_follow_each_other(lists: list[list[Want]]) -> None:
    """What several records packed reads back as one list."""
    products: list[int] = []
    facts, kept = b"", []
    for one in lists:
        chosen = want_list.choose(one)
        products += chosen.products
        facts += chosen.facts
        kept += sorted((want for want in one if is_open(want)), key=_newest_first)
    assert want_list.unpack(products, facts) == kept


def test_the_list_is_newest_first() -> None:
    """The strongest sign of time is the newest of viewed, searched and carted."""
    chosen = want_list.choose([Want(1, viewed_at_s=5), Want(2, carted_at_s=9), Want(3, searched_at_s=7)])
    listed = want_list.unpack(chosen.products, chosen.facts)
    stamps = [max(want.viewed_at_s, want.searched_at_s, want.carted_at_s) for want in listed]
    assert all(newer >= older for newer, older in pairwise(stamps))


def _newest_first(want: Want) -> tuple[int, int]:
    return -max(want.viewed_at_s, want.searched_at_s, want.carted_at_s), want.product_no
