"""What is recommended, for which reason, and what never is."""

from dataclasses import replace

from offers.model import Policy, Preferences, Product, Want
from offers.recommendations.companions import Companion
from offers.recommendations.rules import AGAIN_AFTER_S, Ground, recommend

NOW_S = 10_000_000
HOUR_S = 3_600


def product(number: int, category: str | None = None) -> Product:
    """A product by its number."""
    return Product(product_no=number, sku=f"P{number}", title=f"Product {number}", category=category)


CARTED, VIEWED, TEA, HONEY, TEST = (
    product(1),
    product(2),
    product(3, "food/tea"),
    product(4),
    product(5, "health/tests"),
)
GROUND = Ground(
    wants={
        1: Want(1, carted_at_s=NOW_S - 2 * HOUR_S),
        2: Want(2, viewed_at_s=NOW_S - HOUR_S),
        3: Want(3, bought_at_s=NOW_S - AGAIN_AFTER_S),
        5: Want(5, viewed_at_s=NOW_S - HOUR_S, bought_at_s=NOW_S - 2 * HOUR_S),
    },
    purchases={3: 4, 5: 1},
    companions=[Companion(3, 4, 5, 700_000), Companion(5, 2, 9, 900_000)],
    products={one.product_no: one for one in (CARTED, VIEWED, TEA, HONEY, TEST)},
)


def told(ground: Ground, most: int = 10) -> list[tuple[str, str]]:
    """Skus and reasons, best first."""
    found = recommend(ground, policy=Policy(), now_s=NOW_S, most=most)
    return [(one.product.sku, one.reason) for one in found]


def test_the_strongest_reason_comes_first_and_each_product_once() -> None:
    """Cart, what was looked at, what is used up, what goes with it; nothing sensitive, nor because of it."""
    assert told(GROUND) == [
        ("P1", "abandoned"), ("P2", "viewed"), ("P3", "bought_before"), ("P4", "bought_together"),
    ]  # fmt: skip
    assert told(GROUND, most=2) == [("P1", "abandoned"), ("P2", "viewed")]


def test_a_companion_names_what_it_goes_with() -> None:
    """Honey, because of the tea."""
    found = recommend(GROUND, policy=Policy(), now_s=NOW_S, most=10)
    assert [one.because for one in found if one.product is HONEY] == [TEA]


def test_what_is_sold_out_is_left_out() -> None:
    """Nobody is sent to an empty shelf."""
    assert "P1" not in dict(told(replace(GROUND, out=frozenset({1}))))


def test_what_she_hid_is_neither_shown_nor_a_reason() -> None:
    """Without tea no honey."""
    hidden = replace(GROUND, preferences=Preferences(categories=frozenset({"food"})))
    assert dict(told(hidden)).keys() == {"P1", "P2"}


def test_a_companion_that_she_hid_is_not_shown() -> None:
    """Also when she never looked at it."""
    hidden = replace(GROUND, preferences=Preferences(products=frozenset({"P4"})))
    assert "P4" not in dict(told(hidden))


def test_what_was_taken_back_is_not_bought_again() -> None:
    """She returned it."""
    returned = {**GROUND.wants, 3: GROUND.wants[3]._replace(returned_at_s=NOW_S)}
    assert "P3" not in dict(told(replace(GROUND, wants=returned)))
