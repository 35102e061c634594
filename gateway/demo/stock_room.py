"""Puts the shop itself into the gateway: stores, articles, and what lies on the shelves.

Invariant: done again with the same shop, nothing changes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection

from gateway.demo import numbers
from gateway.demo.shop import Article, Shop, Store
from offers.retailer import products, shop, stores

BATCH = 1000
SHELF_DAYS = 84
"""A store has on its shelves what it sold within so many days before its last sale."""

Thing = TypeVar("Thing")


def put_stores(connection: Connection, sold: Shop) -> int:
    """All stores; returns how many were added or changed."""
    counts = stores.put(connection, [_store(store) for store in sold.stores.values()])
    return counts.added + counts.changed


def put_articles(connection: Connection, articles: Sequence[Article], currency: str) -> int:
    """A batch of articles; returns how many were added or changed."""
    counts = products.put(connection, [_article(article, currency) for article in articles])
    return counts.added + counts.changed


def put_shelves(connection: Connection, shelves: Sequence[shop.Shelf]) -> int:
    """A batch of shelves; returns how many were added or changed."""
    counts = products.put_stock(connection, shelves)
    return counts.added + counts.changed


def shelves(sold: Shop) -> list[shop.Shelf]:
    """What each store has at hand: of most things some pieces, of every twelfth none."""
    if not sold.baskets:
        return []
    since = sold.baskets[-1].at - timedelta(days=SHELF_DAYS)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for basket in sold.baskets:
        if basket.at >= since:
            for line in basket.lines:
                found[basket.store, line.sku] += 1
    return [shop.Shelf(store, sku, _at_hand(store, sku) * 1000) for store, sku in sorted(found)]


def batches(things: Sequence[Thing], size: int = BATCH) -> Iterator[list[Thing]]:
    """The things in lists of at most `size`."""
    left = iter(things)
    while batch := list(islice(left, size)):
        yield batch


def _at_hand(store: str, sku: str) -> int:
    bits = numbers.mix(*store.encode(), *sku.encode())
    return 0 if bits % 12 == 0 else 2 + bits // 12 % 40


def _store(store: Store) -> shop.Store:
    return shop.Store(
        code=store.code,
        name=store.name,
        zone=store.zone,
        currency=store.currency,
        country=store.country,
        tax=store.tax,
        region=store.region or None,
    )


def _article(article: Article, currency: str) -> shop.Article:
    return shop.Article(
        sku=article.sku,
        title=article.title,
        gtin=article.gtin.zfill(14),
        category=article.category or None,
        brand=article.brand or None,
        unit=article.unit,
        currency=currency,
        price_minor=article.price_minor,
        sensitive=article.is_sensitive,
    )
