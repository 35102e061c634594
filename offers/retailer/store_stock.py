"""Reads and writes what stores have at hand."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from offers.retailer.shop import Counts
from offers.tables import product, stock, store

_BATCH = 5000


def upsert(connection: Connection, rows: Mapping[tuple[int, int], int]) -> Counts:
    """Set quantities by (store_no, product_no); what is the same already is not written again."""
    keys = sorted(rows)
    news: list[bool] = []
    for start in range(0, len(keys), _BATCH):
        batch = [
            {"store_no": key[0], "product_no": key[1], "quantity_milli": rows[key]}
            for key in keys[start : start + _BATCH]
        ]
        given = insert(stock)
        added: ColumnElement[bool] = literal_column("(xmax = 0)")
        done = connection.execute(
            given.on_conflict_do_update(
                index_elements=["store_no", "product_no"],
                set_={"quantity_milli": given.excluded.quantity_milli, "changed_at": func.now()},
                where=stock.c.quantity_milli != given.excluded.quantity_milli,
            ).returning(added),
            batch,  # beside the statement, so that it is compiled once
        )
        news += [bool(row[0]) for row in done]
    return Counts(sum(news), len(news) - sum(news))


def read(connection: Connection, code: str, skus: Sequence[str], *, brand: str) -> dict[str, int]:
    """Thousandths at hand at a store, by sku."""
    rows = connection.execute(
        select(product.c.sku, stock.c.quantity_milli)
        .join(product, product.c.product_no == stock.c.product_no)
        .join(store, store.c.store_no == stock.c.store_no)
        .where(store.c.brand == brand, store.c.code == code, product.c.sku.in_(skus))
    )
    return {row.sku: row.quantity_milli for row in rows}
