"""The retailer's products and what lies on the shelves, in batches as feeds send them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from offers import store_catalogue
from offers.retailer import store_places, store_products, store_stock
from offers.retailer.shop import Article, Counts, Shelf


def put(connection: Connection, articles: Sequence[Article]) -> Counts:
    """Add or change products by sku. What is the same already is not written again."""
    version = store_catalogue.lock_assortment(connection) + 1
    counts = store_products.upsert(connection, articles, version=version)
    if counts.added or counts.changed:
        store_catalogue.set_assortment(connection, version)
    return counts


def ensure(connection: Connection, articles: Sequence[Article]) -> dict[str, int]:
    """Product numbers by sku. Products an event names before the feed does are added as far as they are
    known.
    """
    found = store_products.numbers(connection, [one.sku for one in articles])
    missing = [one for one in articles if one.sku not in found]
    if missing:
        version = store_catalogue.lock_assortment(connection) + 1
        if store_products.add(connection, missing, version=version):
            store_catalogue.set_assortment(connection, version)
        found |= store_products.numbers(connection, [one.sku for one in missing])
    return found


def numbers(connection: Connection, skus: Iterable[str]) -> dict[str, int]:
    """Product numbers by sku; unknown skus are left out."""
    return store_products.numbers(connection, list(skus))


def get(connection: Connection, sku: str) -> Article | None:
    """The product with this sku."""
    return store_products.read(connection, sku)


def page(connection: Connection, *, after: str = "", limit: int = 100) -> tuple[Article, ...]:
    """Products in the order of their skus."""
    return store_products.page(connection, after=after, limit=limit)


def put_stock(connection: Connection, shelves: Sequence[Shelf], *, brand: str = "") -> Counts:
    """Set what stores have at hand; stores and skus that are not known are named in the answer."""
    stores = store_places.numbers(connection, sorted({shelf.store for shelf in shelves}), brand=brand)
    skus = store_products.numbers(connection, sorted({shelf.sku for shelf in shelves}))
    rows = {
        (stores[shelf.store], skus[shelf.sku]): shelf.quantity_milli
        for shelf in shelves
        if shelf.store in stores and shelf.sku in skus
    }
    counts = store_stock.upsert(connection, rows)
    unknown = {shelf.store for shelf in shelves} - set(stores), {shelf.sku for shelf in shelves} - set(skus)
    return counts._replace(unknown=tuple(sorted(unknown[0]) + sorted(unknown[1])))


def stock(connection: Connection, store: str, skus: Sequence[str], *, brand: str = "") -> dict[str, int]:
    """Thousandths at hand at a store, by sku; skus that it never had are left out."""
    return store_stock.read(connection, store, skus, brand=brand)
