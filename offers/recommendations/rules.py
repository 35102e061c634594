"""What to recommend, and why: pure, and never more than the person agreed to be reminded of.

Invariant: each product once, for its strongest reason; nothing sensitive, hidden or sold out, and nothing
inferred from what is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from offers.evaluation.case import is_sensitive
from offers.interests.interest_rules import instant, is_abandoned, is_open
from offers.model import Policy, Preferences, Product, Want
from offers.preferences.rules import hides, respected
from offers.recommendations.companions import Companion

Reason = Literal["abandoned", "searched", "viewed", "bought_before", "bought_together"]
REASONS: tuple[Reason, ...] = ("abandoned", "searched", "viewed", "bought_before", "bought_together")

ABANDONED_AFTER_S = 3_600
AGAIN_AFTER_S = 14 * 86_400
AGAIN_TIMES = 2
RECENT_S = 90 * 86_400
"""Purchases older than that say little about what goes with them now."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A product and the reason: the instant it rests on, and the product it goes with."""

    product: Product
    reason: Reason
    at_s: int
    because: Product | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What recommendations rest on. `out` are products known to be sold out."""

    wants: Mapping[int, Want]
    purchases: Mapping[int, int]
    companions: Sequence[Companion]
    products: Mapping[int, Product]
    out: frozenset[int] = frozenset()
    preferences: Preferences | None = None


def recommend(ground: Ground, *, policy: Policy, now_s: int, most: int) -> list[Recommendation]:
    """The best first: what lies in the cart, then what was looked for, what is used up, what goes with it."""
    products = {
        number: product for number, product in ground.products.items() if not is_sensitive(product, policy)
    }
    said = ground.preferences or Preferences()
    wants = {
        number: want for number, want in respected(said, ground.wants, products).items() if number in products
    }
    found: dict[int, Recommendation] = {}
    told = [*_wanted(wants, products, now_s), *_again(wants, ground.purchases, products, now_s)]
    for one in [*told, *_together(wants, ground.companions, products, now_s)]:
        if one.product.product_no not in ground.out and not hides(said, one.product):
            found.setdefault(one.product.product_no, one)
    return list(found.values())[:most]


def _wanted(wants: Mapping[int, Want], products: Mapping[int, Product], now_s: int) -> list[Recommendation]:
    found = []
    for number, want in wants.items():
        if not is_open(want):
            continue
        if is_abandoned(want, at_s=now_s, after_s=ABANDONED_AFTER_S):
            found.append(Recommendation(products[number], "abandoned", want.carted_at_s))
        elif at_s := instant(want, "searched"):
            found.append(Recommendation(products[number], "searched", at_s))
        elif at_s := instant(want, "viewed"):
            found.append(Recommendation(products[number], "viewed", at_s))
    return sorted(found, key=lambda one: (REASONS.index(one.reason), -one.at_s, one.product.sku))


def _again(
    wants: Mapping[int, Want], purchases: Mapping[int, int], products: Mapping[int, Product], now_s: int
) -> list[Recommendation]:
    found = [
        Recommendation(products[number], "bought_before", want.bought_at_s)
        for number, want in wants.items()
        if purchases.get(number, 0) >= AGAIN_TIMES
        and want.bought_at_s
        and want.returned_at_s < want.bought_at_s
        and now_s - want.bought_at_s >= AGAIN_AFTER_S
    ]
    return sorted(found, key=lambda one: (-purchases[one.product.product_no], -one.at_s, one.product.sku))


def _together(
    wants: Mapping[int, Want],
    companions: Iterable[Companion],
    products: Mapping[int, Product],
    now_s: int,
) -> list[Recommendation]:
    bought = {number for number, want in wants.items() if want.bought_at_s}
    recent = {number for number in bought if now_s - wants[number].bought_at_s < RECENT_S}
    near = [
        one
        for one in companions
        if one.product_no in recent and one.companion_no in products and one.companion_no not in bought
    ]
    near.sort(key=lambda one: (-one.closeness_ppm, -one.together, one.companion_no, one.product_no))
    return [
        Recommendation(
            products[one.companion_no],
            "bought_together",
            wants[one.product_no].bought_at_s,
            products[one.product_no],
        )
        for one in near
    ]
