"""The words of the retailer's master data: stores, articles, shelves."""

from dataclasses import dataclass
from typing import NamedTuple

from offers.model import TaxMode, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store as the retailer describes it. `zone` is an IANA name, `country` and `currency` ISO codes."""

    code: str
    name: str
    zone: str
    currency: str
    country: str
    tax: TaxMode = "included"
    region: str | None = None
    brand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A product as the feed describes it; `model.Product` is what a query needs of it.

    `category` is a path from the root, parts joined by `/`; `group` names the style it is a variant of.
    """

    sku: str
    title: str
    gtin: str | None = None
    category: str | None = None
    brand: str | None = None
    group: str | None = None
    unit: Unit = "each"
    currency: str | None = None
    price_minor: int | None = None
    cost_minor: int | None = None
    tax_rate_bp: int = 0
    discountable: bool = True
    minimum_minor: int = 0
    sensitive: bool = False
    image_url: str | None = None


class Shelf(NamedTuple):
    """What a store has at hand of a product, in thousandths of its unit."""

    store: str
    sku: str
    quantity_milli: int


class Counts(NamedTuple):
    """What a batch changed: rows added, rows changed, and the skus or stores it named that do not exist."""

    added: int
    changed: int
    unknown: tuple[str, ...] = ()
