"""Reads and writes stores."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from offers.model import Place
from offers.retailer.shop import Counts, Store
from offers.tables import store

_CHANGING = ("name", "zone", "currency", "tax", "region", "country")
_COLUMNS = (store.c.brand, store.c.code, *(store.c[name] for name in _CHANGING))


def upsert(connection: Connection, stores: Sequence[Store]) -> Counts:
    """Insert stores or change those that differ."""
    if not stores:
        return Counts(0, 0)
    # In the order of the key, and each key once: two feeds at a time wait for each other instead of in a
    # circle.
    by_key = {(one.brand, one.code): one for one in stores}
    given = insert(store).values([_values(by_key[key]) for key in sorted(by_key)])
    differs = or_(*(store.c[name].is_distinct_from(given.excluded[name]) for name in _CHANGING))
    changes = {name: given.excluded[name] for name in _CHANGING} | {"changed_at": func.now()}
    # xmax is 0 only in a row that this statement inserted.
    added: ColumnElement[bool] = literal_column("(xmax = 0)")
    done = connection.execute(
        given.on_conflict_do_update(index_elements=["brand", "code"], set_=changes, where=differs).returning(
            added
        )
    )
    news = [bool(row[0]) for row in done]
    return Counts(sum(news), len(news) - sum(news))


def read(connection: Connection, code: str, *, brand: str) -> Store | None:
    """The store with this code."""
    rows = connection.execute(select(*_COLUMNS).where(store.c.brand == brand, store.c.code == code))
    row = rows.mappings().one_or_none()
    return Store(**row) if row is not None else None


def page(connection: Connection, *, after: str, limit: int, brand: str) -> tuple[Store, ...]:
    """Stores of a brand in the order of their codes."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(store.c.brand == brand, store.c.code > after)
        .order_by(store.c.code)
        .limit(limit)
    )
    return tuple(Store(**row) for row in rows.mappings())


def places(connection: Connection, *, brand: str = "") -> dict[str, Place]:
    """All stores of a brand as places, by code."""
    rows = connection.execute(
        select(store.c.store_no, store.c.code, store.c.zone, store.c.currency, store.c.tax).where(
            store.c.brand == brand
        )
    )
    return {
        row.code: Place(
            store_no=row.store_no, store=row.code, zone=row.zone, currency=row.currency, tax=row.tax
        )
        for row in rows
    }


def numbers(connection: Connection, codes: Sequence[str], *, brand: str = "") -> dict[str, int]:
    """Store numbers by code; unknown codes are left out."""
    rows = connection.execute(
        select(store.c.code, store.c.store_no).where(store.c.brand == brand, store.c.code.in_(codes))
    )
    return {row.code: row.store_no for row in rows}


def codes(connection: Connection, store_nos: Sequence[int]) -> dict[int, str]:
    """Store codes by number."""
    rows = connection.execute(select(store.c.store_no, store.c.code).where(store.c.store_no.in_(store_nos)))
    return {row.store_no: row.code for row in rows}


def _values(one: Store) -> dict[str, Any]:
    return {"brand": one.brand, "code": one.code} | {name: getattr(one, name) for name in _CHANGING}
