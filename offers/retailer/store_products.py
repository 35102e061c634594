"""Reads and writes products."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, RowMapping, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from offers.model import Product
from offers.retailer.shop import Article, Counts
from offers.tables import product

# Column and attribute differ where SQL would have to quote the name.
_NAMES = {"variant_group": "group"}
_CHANGING = (
    "gtin", "title", "category", "brand", "variant_group", "unit", "currency", "price_minor", "cost_minor",
    "tax_rate_bp", "discountable", "minimum_minor", "sensitive", "image_url",
)  # fmt: skip
_COLUMNS = (product.c.sku, *(product.c[name] for name in _CHANGING))
_BATCH = 1000


def upsert(connection: Connection, articles: Sequence[Article], *, version: int) -> Counts:
    """Insert products or change those that differ, stamping them with the assortment version."""
    by_sku = {one.sku: one for one in articles}
    news: list[bool] = []
    for batch in _batches(by_sku):
        given = insert(product)
        differs = or_(*(product.c[name].is_distinct_from(given.excluded[name]) for name in _CHANGING))
        changes = {name: given.excluded[name] for name in (*_CHANGING, "version")}
        # xmax is 0 only in a row that this statement inserted.
        added: ColumnElement[bool] = literal_column("(xmax = 0)")
        done = connection.execute(
            given.on_conflict_do_update(
                index_elements=["sku"], set_=changes | {"changed_at": func.now()}, where=differs
            ).returning(added),
            # Beside the statement, not inside it: so it is compiled once, which takes longer than running it.
            [_values(by_sku[sku], version) for sku in batch],
        )
        news += [bool(row[0]) for row in done]
    return Counts(sum(news), len(news) - sum(news))


def add(connection: Connection, articles: Sequence[Article], *, version: int) -> int:
    """Insert products that are not there yet; return how many."""
    by_sku = {one.sku: one for one in articles}
    count = 0
    for batch in _batches(by_sku):
        given = insert(product).on_conflict_do_nothing().returning(product.c.product_no)
        rows = [_values(by_sku[sku], version) for sku in batch]
        count += len(connection.execute(given, rows).all())
    return count


def numbers(connection: Connection, skus: Sequence[str]) -> dict[str, int]:
    """Product numbers by sku; unknown skus are left out."""
    found: dict[str, int] = {}
    for start in range(0, len(skus), _BATCH):
        rows = connection.execute(
            select(product.c.sku, product.c.product_no).where(product.c.sku.in_(skus[start : start + _BATCH]))
        )
        found |= {row.sku: row.product_no for row in rows}
    return found


def read(connection: Connection, sku: str) -> Article | None:
    """The product with this sku."""
    rows = connection.execute(select(*_COLUMNS).where(product.c.sku == sku))
    row = rows.mappings().one_or_none()
    return _article(row) if row is not None else None


def page(connection: Connection, *, after: str, limit: int) -> tuple[Article, ...]:
    """Products in the order of their skus."""
    rows = connection.execute(
        select(*_COLUMNS).where(product.c.sku > after).order_by(product.c.sku).limit(limit)
    )
    return tuple(map(_article, rows.mappings()))


_QUERIED = """
    SELECT product_no, sku, gtin, title, category, variant_group, unit, currency, price_minor, cost_minor,
           tax_rate_bp, discountable, minimum_minor, sensitive
      FROM offers.product
"""
_BY_NUMBER = text(_QUERIED + "WHERE product_no = ANY (CAST(:product_nos AS bigint[]))")
# A sku found under its own name wins over a product that carries the code as its GTIN: the caller asks in
# that order.
_BY_CODE = text(_QUERIED + "WHERE sku = ANY (:codes) OR gtin = ANY (:codes)")
_AFTER = text(_QUERIED + "WHERE product_no > :after ORDER BY product_no LIMIT :limit")
_CHANGED = text(
    "SELECT product_no FROM offers.product WHERE version > :version ORDER BY version LIMIT :limit"
)

Found = tuple[Product, str | None]


def by_number(connection: Connection, product_nos: Iterable[int]) -> list[Found]:
    """What queries need of these products, with their GTINs."""
    return list(map(_found, connection.execute(_BY_NUMBER, {"product_nos": list(product_nos)})))


def by_code(connection: Connection, codes: Iterable[str]) -> list[Found]:
    """What queries need of the products with these skus or GTINs."""
    return list(map(_found, connection.execute(_BY_CODE, {"codes": list(codes)})))


def after(connection: Connection, product_no: int, *, limit: int) -> list[Found]:
    """What queries need of the products with the next higher numbers."""
    return list(map(_found, connection.execute(_AFTER, {"after": product_no, "limit": limit})))


def changed_since(connection: Connection, version: int, *, limit: int) -> list[int]:
    """Numbers of products changed after an assortment version."""
    return list(connection.scalars(_CHANGED, {"version": version, "limit": limit}))


def _found(row: Row[Any]) -> Found:
    return (
        Product(
            product_no=row.product_no,
            sku=row.sku,
            title=row.title,
            category=row.category,
            group=row.variant_group,
            unit=row.unit,
            currency=row.currency,
            price_minor=row.price_minor,
            cost_minor=row.cost_minor,
            tax_rate_bp=row.tax_rate_bp,
            discountable=row.discountable,
            minimum_minor=row.minimum_minor,
            sensitive=row.sensitive,
        ),
        row.gtin,
    )


def _batches(by_sku: dict[str, Article]) -> list[list[str]]:
    # In the order of the key: two feeds at a time wait for each other instead of in a circle.
    skus = sorted(by_sku)
    return [skus[start : start + _BATCH] for start in range(0, len(skus), _BATCH)]


def _values(one: Article, version: int) -> dict[str, Any]:
    values = {name: getattr(one, _NAMES.get(name, name)) for name in _CHANGING}
    return values | {"sku": one.sku, "version": version}


def _article(row: RowMapping) -> Article:
    return Article(**{_NAMES.get(name, name): value for name, value in row.items()})
