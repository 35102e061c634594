"""The retailer's stores: where a query comes from, in which zone, currency and tax mode."""

from collections.abc import Sequence

from sqlalchemy import Connection

from offers import store_catalogue
from offers.errors import UnknownStoreError
from offers.retailer import store_places
from offers.retailer.shop import Counts, Store


def put(connection: Connection, stores: Sequence[Store]) -> Counts:
    """Add or change stores by brand and code."""
    version = store_catalogue.lock_assortment(connection) + 1
    counts = store_places.upsert(connection, stores)
    if counts.added or counts.changed:
        store_catalogue.set_assortment(connection, version)
    return counts


def get(connection: Connection, code: str, *, brand: str = "") -> Store:
    """The store with this code; raises UnknownStoreError."""
    found = store_places.read(connection, code, brand=brand)
    if found is None:
        raise UnknownStoreError(f"No store has the code {code!r}.")
    return found


def page(connection: Connection, *, after: str = "", limit: int = 100, brand: str = "") -> tuple[Store, ...]:
    """Stores in the order of their codes."""
    return store_places.page(connection, after=after, limit=limit, brand=brand)
