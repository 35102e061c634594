"""Complete Journey's products as articles: readable titles, category paths, and the prices that its sales
show.

Invariant: every product that was sold becomes an article, also the few hundred that the product list does not
have.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from gateway.demo import lists
from gateway.demo.shop import Article, Basket, gtin

COLUMNS = ("product_id", "department", "brand", "product_category", "product_type", "package_size")
FUEL = frozenset({"GASOLINE-REG UNLEADED"})


@dataclass(frozen=True, slots=True)
class _Words:
    """How the register's words are read."""

    sold_loose: frozenset[str]
    """Departments whose package size is the crate's, which no customer sees."""
    spelt_out: dict[str, str]
    sensitive: tuple[str, ...]


@cache
def _words() -> _Words:
    raw = tomllib.loads((lists.DATA / "journey.toml").read_text(encoding="utf-8"))
    return _Words(
        frozenset(lists.words(raw["sold_loose"])),
        dict(lists.pairs(raw["spelt_out"])),
        lists.words(raw["sensitive"]),
    )


def articles(products: Iterable[tuple[Any, ...]], prices_minor: dict[str, int]) -> Iterator[Article]:
    """The articles that have a price; rows of `products` have COLUMNS."""
    left = dict(prices_minor)
    for product, department, brand, category, kind, size in products:
        price_minor = left.pop(str(product), None)
        if price_minor is not None:
            yield Article(
                sku=str(product),
                gtin=gtin(product),
                title=_title(
                    kind or category or department or "article",
                    "" if department in _words().sold_loose else size or "",
                    is_own=brand == "Private",
                ),
                category="/".join(_slug(part) for part in (department, category) if part),
                brand="house brand" if brand == "Private" else "national brand",
                unit="l" if kind in FUEL else "each",
                price_minor=price_minor,
                is_sensitive=_is_sensitive(category or ""),
            )
    for sku, price_minor in left.items():
        yield Article(
            sku, gtin(int(sku)), f"Article {sku}", "other", "", "each", price_minor, is_sensitive=False
        )


def prices(baskets: tuple[Basket, ...]) -> dict[str, int]:
    """The shelf price of one unit: of all unit prices before discounts the most frequent, the dearest of
    those.
    """
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    for basket in baskets:
        for line in basket.lines:
            shelf = line.amount_minor + line.member_minor + line.promotion_minor
            seen[line.sku][round(shelf * 1000 / line.quantity_milli)] += 1
    return {sku: max(counts, key=lambda price: (counts[price], price)) for sku, counts in seen.items()}


def _title(kind: str, size: str, *, is_own: bool) -> str:
    """The type of product in readable words, with the size of the package where it has one."""
    text = kind.lower().replace("(", " (").replace("/", " / ").replace(":", ": ")
    words = " ".join(_words().spelt_out.get(word, word) for word in text.split()).replace("  ", " ").strip()
    package = " ".join(size.lower().split())
    named = f"{'house brand ' if is_own else ''}{words}{f', {package}' if package else ''}"
    return named[0].upper() + named[1:]


def _slug(part: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in part.lower()).split())


def _is_sensitive(category: str) -> bool:
    return any(word in category for word in _words().sensitive)
