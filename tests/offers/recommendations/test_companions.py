"""What is bought together, learnt from baskets."""

import random

from hypothesis import given
from hypothesis import strategies as st

from offers.recommendations.companions import MILLION, MOST_PER_PRODUCT, Companion, companions

baskets = st.lists(st.frozensets(st.integers(1, 6), max_size=5), max_size=30)


@given(baskets, st.randoms(use_true_random=False))
def test_the_order_of_sales_does_not_matter(sold: list[frozenset[int]], chance: random.Random) -> None:
    """The same sales teach the same."""
    shuffled = [list(basket) for basket in sold]
    chance.shuffle(shuffled)
    assert companions(shuffled) == companions(sold)


@given(baskets)
def test_it_is_what_counting_by_hand_gives(sold: list[frozenset[int]]) -> None:
    """Against the definition: common baskets squared over the baskets of each."""
    said = [basket for basket in sold if len(basket) > 1]
    for one in companions(sold):
        left = sum(one.product_no in basket for basket in said)
        right = sum(one.companion_no in basket for basket in said)
        together = sum({one.product_no, one.companion_no} <= basket for basket in said)
        assert one == Companion(
            one.product_no, one.companion_no, together, together**2 * MILLION // (left * right)
        )
        assert together >= 3


def test_what_everybody_buys_is_no_companion_of_anything() -> None:
    """Bags are in every basket; tea goes with honey."""
    bag, tea, honey = 1, 2, 3
    sold = [{bag, number} for number in range(10, 50)] + [{bag, tea, honey}] * 4
    closest = next(one for one in companions(sold) if one.product_no == tea)
    assert closest.companion_no == honey


def test_a_product_has_so_many_companions_at_most() -> None:
    """However much is sold with it."""
    found = companions([set(range(1, 31))] * 3)
    assert len(found) == 30 * MOST_PER_PRODUCT
