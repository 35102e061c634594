"""Which products are bought together, learnt from baskets.

Invariant: a pure function of the baskets as a set; integers only, so that it is the same everywhere. Two
products are as close as their common baskets are many among those of each (cosine), not as popular.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import NamedTuple

MOST_IN_BASKET = 40
"""Larger baskets are a canteen's: they say nothing about taste, and pairs grow with the square."""

LEAST_TOGETHER = 3
MOST_PER_PRODUCT = 10
MILLION = 1_000_000


class Companion(NamedTuple):
    """A product that is bought with another one; `closeness_ppm` is the squared cosine."""

    product_no: int
    companion_no: int
    together: int
    closeness_ppm: int


def companions(baskets: Iterable[Collection[int]]) -> list[Companion]:
    """The closest companions of each product, closest first."""
    alone: Counter[int] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    for basket in baskets:
        products = sorted(set(basket))
        if 2 <= len(products) <= MOST_IN_BASKET:
            alone.update(products)
            pairs.update(combinations(products, 2))
    found: dict[int, list[Companion]] = {}
    for (left, right), together in pairs.items():
        if together >= LEAST_TOGETHER:
            closeness = together * together * MILLION // (alone[left] * alone[right])
            found.setdefault(left, []).append(Companion(left, right, together, closeness))
            found.setdefault(right, []).append(Companion(right, left, together, closeness))
    return [
        one
        for number in sorted(found)
        for one in sorted(found[number], key=_closest_first)[:MOST_PER_PRODUCT]
    ]


def _closest_first(one: Companion) -> tuple[int, int, int]:
    return -one.closeness_ppm, -one.together, one.companion_no
