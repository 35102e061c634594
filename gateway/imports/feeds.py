"""Feeds of products and stock: what a feed names is added or changed, unless a newer feed spoke of it before.

Invariant: whatever the order in which a source's feeds come, and however often, what the newest of them says
about a product or a shelf stands in the end.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.shopping import store_newest
from offers.retailer import products
from offers.retailer.shop import Article, Counts, Shelf


@dataclass(frozen=True, slots=True)
class Fed:
    """What a feed changed, and how many of its rows were older than what is known."""

    counts: Counts
    outdated: int


def take_products(
    connection: Connection, source: str, articles: Sequence[Article], *, made_at: dt.datetime
) -> Fed:
    """Adds or changes products."""
    subjects = [f"product:{one.sku}" for one in articles]
    news = store_newest.not_older(connection, source, subjects, at=made_at)
    taken = [one for one, subject in zip(articles, subjects, strict=True) if subject in news]
    return Fed(products.put(connection, taken), len(articles) - len(taken))


def take_stock(connection: Connection, source: str, shelves: Sequence[Shelf], *, made_at: dt.datetime) -> Fed:
    """Sets what stores have at hand."""
    subjects = [f"stock:{one.store}:{one.sku}" for one in shelves]
    news = store_newest.not_older(connection, source, subjects, at=made_at)
    taken = [one for one, subject in zip(shelves, subjects, strict=True) if subject in news]
    return Fed(products.put_stock(connection, taken), len(shelves) - len(taken))
