"""What weighs pairs by the thousand: the heavy part of a run, exchangeable.

Invariant: every engine gives a pair the weight, to the unit, that the model gives it online.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

import pyarrow as pa

from identity.bulk import store_rows
from identity.bulk.rows import Row, member
from identity.bulk.store_workbench import DuckDBPyConnection, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.partition.links import Member

CHUNK: Final = 20_000


class Engine(Protocol):
    """Weighs the pairs of the table `pair` into the table `weight` (l, r, units)."""

    def weigh(self, con: DuckDBPyConnection, workforce: Workforce) -> None:
        """Makes `weight`."""


class OneByOne:
    """Asks the model about each pair. Slow and obvious: the tests hold the other engines to its weights."""

    def weigh(self, con: DuckDBPyConnection, workforce: Workforce) -> None:
        """Makes `weight`."""
        pairs = con.execute("SELECT l, r FROM pair").fetchall()
        weigh_in_python(con, pairs, workforce)
        con.execute("DROP TABLE pair")


def weigh_in_python(con: DuckDBPyConnection, pairs: Sequence[tuple[int, int]], workforce: Workforce) -> None:
    """Makes `weight` of these pairs by the model as it is online."""
    con.execute(
        "CREATE TABLE asked AS SELECT DISTINCT unnest(?) AS no", [sorted({n for p in pairs for n in p})]
    )
    rows = {row.no: row for row in store_rows.rows(con, "asked", shown="live")}
    con.execute("DROP TABLE asked")
    units = workforce.spread(_weights, [(rows[left], rows[right]) for left, right in pairs], chunk=CHUNK)
    table = {
        "l": pa.array([left for left, _ in pairs], pa.int64()),
        "r": pa.array([right for _, right in pairs], pa.int64()),
        "units": pa.array(units, pa.int64()),
    }
    keep(con, "weight", pa.table(table))


def _weights(pairs: Sequence[tuple[Row, Row]], equipment: Equipment) -> list[int]:
    known: dict[int, Member] = {}
    made = partial(member, policy=equipment.reading.policy)
    weigh = equipment.model.weight
    return [
        weigh(
            (known.get(left.no) or known.setdefault(left.no, made(left))).pool,
            (known.get(right.no) or known.setdefault(right.no, made(right))).pool,
        )
        for left, right in pairs
    ]
