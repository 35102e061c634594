"""Reads what recommendations rest on, and keeps what was learnt from sales."""

from collections.abc import Collection, Iterator, Sequence

from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from offers.model import Want
from offers.recommendations.companions import Companion
from offers.store_driver import driver_cursor

MOST_INTERESTS = 500
MOST_SALES = 20_000
_LEARNING = 0x6F6672

_INTERESTS = text("""
    SELECT product_no, max(viewed_at_s), max(searched_at_s), max(carted_at_s), max(removed_at_s),
           max(bought_at_s), max(returned_at_s), sum(purchases)
      FROM offers.interest
     WHERE record_no = ANY (CAST(:records AS bigint[]))
     GROUP BY product_no
     ORDER BY max(greatest(viewed_at_s, searched_at_s, carted_at_s, bought_at_s)) DESC, product_no
     LIMIT :most
""")
_COMPANIONS = text("""
    SELECT product_no, companion_no, together, closeness_ppm
      FROM offers.companion WHERE product_no = ANY (CAST(:products AS bigint[]))
""")
# A product without a row is not known to be sold out: many shops send no stock.
_SOLD_OUT = text("""
    SELECT k.product_no FROM offers.stock AS k JOIN offers.store AS s USING (store_no)
     WHERE k.product_no = ANY (CAST(:products AS bigint[])) AND (:store IS NULL OR s.code = :store)
     GROUP BY k.product_no HAVING max(k.quantity_milli) <= 0
""")
_BASKETS = text("""
    SELECT array_agg(p.product_no)
      FROM (SELECT transaction_no, lines FROM offers.till_transaction
             WHERE kind = 'sale' ORDER BY transaction_no DESC LIMIT :most) AS t
     CROSS JOIN LATERAL json_array_elements(t.lines) AS line
      JOIN offers.product AS p ON p.sku = line ->> 'sku'
     GROUP BY t.transaction_no
""")


def interests(connection: Connection, records: Collection[int]) -> list[tuple[Want, int]]:
    """The newest interests of these records, merged, each with how often the product was bought."""
    rows = connection.execute(_INTERESTS, {"records": list(records), "most": MOST_INTERESTS})
    return [(Want(*row[:7]), int(row[7])) for row in rows]


def companions(connection: Connection, products: Collection[int]) -> list[Companion]:
    """What is bought with these products."""
    rows = connection.execute(_COMPANIONS, {"products": list(products)})
    return [Companion(*row) for row in rows]


def sold_out(connection: Connection, products: Collection[int], *, store: str | None) -> frozenset[int]:
    """Those of these products that nobody has on the shelf, or that this store has not."""
    found = connection.execute(_SOLD_OUT, {"products": list(products), "store": store})
    return frozenset(found.scalars())


def baskets(connection: Connection) -> Iterator[list[int]]:
    """The products of the newest sales."""
    return iter(connection.execute(_BASKETS, {"most": MOST_SALES}).scalars())


def may_learn(connection: Connection) -> bool:
    """Whether no other worker is learning; until the transaction ends, none will be."""
    locked: bool = connection.execute(
        text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LEARNING}
    ).scalar_one()
    return locked


def replace(connection: Connection, learnt: Sequence[Companion]) -> None:
    """Make this all that is known about what is bought together."""
    connection.execute(text("DELETE FROM offers.companion"))
    if not learnt:
        return
    with driver_cursor(connection) as cursor:
        execute_values(
            cursor,
            "INSERT INTO offers.companion (product_no, companion_no, together, closeness_ppm) VALUES %s",
            learnt,
            page_size=1_000,
        )
