"""Reads and writes interests and the lists of wants.

A record's list row is its lock: whoever changes interests holds the rows of all records concerned, taken in
order.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, text

from offers.interests.want_list import WantList
from offers.model import Want
from offers.store_driver import array, arrays, driver_cursor

Interests = dict[tuple[int, int], tuple[list[int], list[int]]]
"""(record_no, product_no) to the newest instants and the counts, in the order of `interest.KINDS`."""

_MAKE_AND_LOCK_LISTS = """
    INSERT INTO offers.wants (record_no, products, facts, cut, closed_at_s)
    SELECT r, '{}', '', false, 0 FROM unnest(%(records)s::bigint[]) AS r
     WHERE NOT EXISTS (SELECT FROM offers.wants AS w WHERE w.record_no = r) ORDER BY r
        ON CONFLICT DO NOTHING;
    SELECT record_no, products, facts, cut, closed_at_s FROM offers.wants
     WHERE record_no = ANY (%(records)s::bigint[])
     ORDER BY record_no
       FOR UPDATE
"""


def lock(connection: Connection, records: Sequence[int]) -> dict[int, WantList]:
    """The lists of these records (ascending), locked; empty ones are made first.

    All missing rows are made before the first is locked, so two batches cannot wait in a circle.
    """
    with driver_cursor(connection) as cursor:
        cursor.execute(_MAKE_AND_LOCK_LISTS, {"records": array(records)})
        return {
            record_no: WantList(tuple(listed), bytes(facts), cut, closed_at_s)
            for record_no, listed, facts, cut, closed_at_s in cursor.fetchall()
        }


_TYPES = ", ".join(["%s::bigint[]"] * 8 + ["%s::integer[]"] * 5)
_COLUMNS = """
    record_no, product_no, viewed_at_s, searched_at_s, carted_at_s, removed_at_s, bought_at_s, returned_at_s
"""
_ADD = f"""
    INSERT INTO offers.interest AS i ({_COLUMNS}, views, searches, carts, purchases, returns)
    SELECT * FROM unnest({_TYPES})
        ON CONFLICT (record_no, product_no) DO UPDATE
       SET viewed_at_s = greatest(i.viewed_at_s, excluded.viewed_at_s),
           searched_at_s = greatest(i.searched_at_s, excluded.searched_at_s),
           carted_at_s = greatest(i.carted_at_s, excluded.carted_at_s),
           removed_at_s = greatest(i.removed_at_s, excluded.removed_at_s),
           bought_at_s = greatest(i.bought_at_s, excluded.bought_at_s),
           returned_at_s = greatest(i.returned_at_s, excluded.returned_at_s),
           views = i.views + excluded.views, searches = i.searches + excluded.searches,
           carts = i.carts + excluded.carts, purchases = i.purchases + excluded.purchases,
           returns = i.returns + excluded.returns
    RETURNING {_COLUMNS}
"""  # noqa: S608  (the columns are ours)


def add(connection: Connection, interests: Interests) -> Iterator[tuple[int, Want]]:
    """Merge interests into the table; yields each as it is now, with its record."""
    rows = [
        (*key, *instants, *(count for place, count in enumerate(counts) if place != _REMOVED))
        for key, (instants, counts) in sorted(interests.items())
    ]
    if not rows:
        return iter(())
    with driver_cursor(connection) as cursor:
        cursor.execute(_ADD, arrays(zip(*rows, strict=True)))
        return ((row[0], Want(*row[1:])) for row in cursor.fetchall())


_REMOVED = 3  # what was taken out of a cart has a time, but nobody asks how often

_READ = text(f"SELECT {_COLUMNS} FROM offers.interest WHERE record_no = ANY (CAST(:records AS bigint[]))")  # noqa: S608


def read(connection: Connection, records: Collection[int]) -> Iterator[tuple[int, Want]]:
    """All interests of these records, each with its record."""
    rows = connection.execute(_READ, {"records": list(records)})
    return ((row[0], Want(*row[1:])) for row in rows)


def holders(connection: Connection, *, limit: int) -> list[int]:
    """Records that want something, the newest first."""
    found = connection.execute(
        text("SELECT record_no FROM offers.wants WHERE products <> '{}' ORDER BY 1 DESC LIMIT :limit"),
        {"limit": limit},
    )
    return list(found.scalars())


def clear(connection: Connection, records: Sequence[int]) -> None:
    """Delete the interests of these records."""
    connection.execute(
        text("DELETE FROM offers.interest WHERE record_no = ANY (CAST(:records AS bigint[]))"),
        {"records": list(records)},
    )


def remove_lists(connection: Connection, records: Sequence[int]) -> None:
    """Delete the lists of these records."""
    connection.execute(
        text("DELETE FROM offers.wants WHERE record_no = ANY (CAST(:records AS bigint[]))"),
        {"records": list(records)},
    )


_SAVE = """
    UPDATE offers.wants AS w
       SET products = v.products::integer[], facts = decode(v.facts, 'hex'), cut = v.cut,
           closed_at_s = v.closed_at_s
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::bigint[])
        AS v (record_no, products, facts, cut, closed_at_s)
     WHERE w.record_no = v.record_no
"""


def save_lists(connection: Connection, lists: Mapping[int, WantList]) -> None:
    """Write lists of records whose rows are locked."""
    if not lists:
        return
    rows = []
    for record_no, found in sorted(lists.items()):
        products = f'"{array(found.products)}"'
        rows.append((record_no, products, f'"{found.facts.hex()}"', found.cut, found.closed_at_s))
    with driver_cursor(connection) as cursor:
        cursor.execute(_SAVE, arrays(zip(*rows, strict=True)))
