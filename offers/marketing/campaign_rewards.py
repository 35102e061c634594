"""What a campaign gives, as a marketer writes it: off single lines, off groups of units, or beside the price.

Invariant: every kind is a value of its own; what is left out stands at its default.
"""

from dataclasses import dataclass
from typing import Literal

from offers.money import Money

AmountPer = Literal["unit", "basket"]
AMOUNT_PER: tuple[AmountPer, ...] = ("unit", "basket")


@dataclass(frozen=True, slots=True)
class Cover:
    """Products by sku, category (with what lies below) or group of variants; empty covers everything."""

    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is named, so that all is meant."""
        return not (self.products or self.categories or self.groups)

    def has(self, sku: str | None, group: str | None, lineage: tuple[str, ...]) -> bool:
        """Whether a product is named, or its group or one of its categories is."""
        return (
            self.is_everything
            or sku in self.products
            or group in self.groups
            or not self.categories.isdisjoint(lineage)
        )


@dataclass(frozen=True, slots=True)
class Percent:
    """Reward: a share of the line's amount, taken once and rounded halves up."""

    rate_bp: int


@dataclass(frozen=True, slots=True)
class AmountOff:
    """Reward: so much off each unit, or once off the basket, spread over the lines in scope."""

    amounts: tuple[Money, ...]
    per: AmountPer


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """Reward: each unit (for weighed goods each kg, l or m) costs so much, if that is less."""

    prices: tuple[Money, ...]


OneByOne = Percent | AmountOff | FixedPrice


@dataclass(frozen=True, slots=True)
class BuyGet:
    """Reward: for every `buy` units of the scope, `get` more at a discount.

    Without `of` units are grouped dearest first and the cheapest of each group are the ones discounted. With
    it, what is got are the dearest units that `of` covers.
    """

    buy: int
    get: int
    less: OneByOne
    of: Cover | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """So many units of what is covered belong into each bundle."""

    units: int
    cover: Cover


@dataclass(frozen=True, slots=True)
class Bundle:
    """Reward: units that make up all parts together cost a price, or a share or an amount less.

    An amount is off each bundle, a price is that of one whole bundle.
    """

    parts: tuple[Part, ...]
    less: OneByOne


@dataclass(frozen=True, slots=True)
class Gift:
    """Reward: so many units of one of these products, free once they lie in the basket.

    Before that the till is told what there is to choose from.
    """

    products: tuple[str, ...]
    units: int = 1


@dataclass(frozen=True, slots=True)
class Points:
    """Reward: so many points, once or for every full amount paid in scope.

    `worth` is what one point is worth to the shopper when offers are compared.
    """

    points: int
    every: tuple[Money, ...] = ()
    worth: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class TenderCoupon:
    """Reward: so much of what is to be paid for the scope is paid by coupon; prices and taxes stay."""

    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Reward: nothing but words."""


Reward = OneByOne | BuyGet | Bundle | Gift | Points | TenderCoupon | Notice
