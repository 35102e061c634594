"""Counts showings by person and sku."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, text

from offers.store_driver import array


class Shown(NamedTuple):
    """A sku was shown to a person at an instant (seconds since 1970)."""

    person_no: int
    sku: str
    at_s: int


_COUNT = text("""
    INSERT INTO offers.showing AS s (person_no, sku, times, last_at_s, rested_at_s)
    VALUES (:person_no, :sku, 1, :at_s, 0)
        ON CONFLICT (person_no, sku) DO UPDATE
       SET times = CASE WHEN s.times + 1 >= :most THEN 0 ELSE s.times + 1 END,
           rested_at_s = CASE WHEN s.times + 1 >= :most THEN excluded.last_at_s ELSE s.rested_at_s END,
           last_at_s = excluded.last_at_s
     WHERE excluded.last_at_s >= s.last_at_s + :apart_s
""")


def count(connection: Connection, shown: Iterable[Shown], *, most: int, apart_s: int) -> None:
    """Add showings that are at least `apart_s` after the last; with the `most`th the sku rests."""
    rows = [one._asdict() | {"most": most, "apart_s": apart_s} for one in sorted(shown)]
    if rows:
        connection.execute(_COUNT, rows)


_RESTING = text("""
    SELECT sku, max(rested_at_s) FROM offers.showing
     WHERE person_no = ANY (CAST(:persons AS bigint[])) AND rested_at_s > :since_s GROUP BY sku
""")


def resting(connection: Connection, person_nos: Collection[int], *, since_s: int) -> dict[str, int]:
    """The skus that began to rest after `since_s`, with the instant."""
    found = connection.execute(_RESTING, {"persons": array(person_nos), "since_s": since_s})
    return {sku: int(rested_at_s) for sku, rested_at_s in found}


def forget(connection: Connection, person_nos: Collection[int]) -> None:
    """Delete the counts of these persons."""
    connection.execute(
        text("DELETE FROM offers.showing WHERE person_no = ANY (CAST(:persons AS bigint[]))"),
        {"persons": array(person_nos)},
    )
