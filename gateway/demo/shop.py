"""The retailer's words as values: stores, articles, baskets. Where they come from is another module's
business.

Invariant: amounts are minor units of the store's currency, quantities thousandths, times aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from offers.model import TaxMode, Unit


class Store(NamedTuple):
    """A shop with tills; `zone` is the one its clocks show, `tax` whether shelf prices include it."""

    code: str
    name: str
    zone: str
    currency: str
    tax: TaxMode
    country: str
    region: str


class Article(NamedTuple):
    """Something that is sold, at the price that most of its sales show."""

    sku: str
    gtin: str
    title: str
    category: str
    brand: str
    unit: Unit
    price_minor: int
    is_sensitive: bool


class BasketLine(NamedTuple):
    """One line of a receipt. `amount_minor` is what was paid; the discounts were taken off before."""

    sku: str
    quantity_milli: int
    amount_minor: int
    member_minor: int = 0
    promotion_minor: int = 0


class Basket(NamedTuple):
    """One receipt of a household."""

    household: int
    store: str
    terminal: str
    number: str
    at: datetime
    lines: tuple[BasketLine, ...]


@dataclass(frozen=True, slots=True)
class Shop:
    """All that was sold to whom. Baskets are in the order in which they were paid."""

    stores: dict[str, Store]
    articles: dict[str, Article]
    baskets: tuple[Basket, ...]


def gtin(number: int) -> str:
    """Return an EAN-13 of the range for use inside a shop (20), with its check digit."""
    body = f"20{number % 10_000_000_000:010d}"
    digits = [int(digit) for digit in body]
    return f"{body}{-(sum(digits[::2]) + 3 * sum(digits[1::2])) % 10}"
