"""Who never joins in the first pass although links connect them: the people of one home.

Table `excused` (piece), and `strong` and `proven` of `node` narrowed to what is connected without the links
between two records whose given names clearly differ.

Why that is exact. Such a link is refused whenever it is tried: the groups at its ends hold both names then as
now, and what excuses differing names, a strong identifier that named records of both groups show (or numbers
for life that differ by a typing error), is looked for here in the whole piece. Where there is any between the
narrowed parts the piece is excused, that is, resolved record by record. A policy under which names mislead
refuses few of them, so nothing is narrowed under it.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from identity.bulk import store_names
from identity.bulk.components import labels
from identity.bulk.store_workbench import DuckDBPyConnection, keep
from identity.bulk.workforce import Workforce
from identity.partition.links import Strength

_NAMES: Final = "LEFT JOIN named a ON a.no = h.l LEFT JOIN named b ON b.no = h.r"
_TWO: Final = "least(a.name_no, b.name_no) AS one, greatest(a.name_no, b.name_no) AS other"


def part(con: DuckDBPyConnection, workforce: Workforce) -> None:
    """Narrows `strong` and `proven` of `node` and makes `excused`."""
    con.execute("CREATE TEMP TABLE excused (piece BIGINT)")
    if not workforce.equipment.reading.policy.names_mislead:
        _judge(con, workforce)
        _narrow(con)
    con.execute(
        "INSERT INTO excused SELECT piece FROM node JOIN live USING (no) JOIN rule USING (type)"
        " SEMI JOIN named USING (no) WHERE is_strong GROUP BY piece, type, value"
        " HAVING count(DISTINCT strong) > 1 UNION"
        " SELECT piece FROM node JOIN live USING (no) JOIN rule USING (type) SEMI JOIN named USING (no)"
        " WHERE is_exclusive GROUP BY piece, type HAVING count(DISTINCT strong) > 1"
    )


def _judge(con: DuckDBPyConnection, workforce: Workforce) -> None:
    con.execute(
        "CREATE TEMP TABLE holding AS SELECT l, r, basis FROM link SEMI JOIN held USING (l, r)"
        f" WHERE strength < {int(Strength.POSSIBLE)}"
    )
    store_names.judge(
        con,
        f"SELECT {_TWO} FROM holding h {_NAMES} WHERE a.name_no <> b.name_no",
        workforce,
    )


def _narrow(con: DuckDBPyConnection) -> None:
    numbers = con.execute("SELECT no FROM node ORDER BY no").fetchnumpy()["no"].astype("int64")
    kept = con.execute(
        f"SELECT h.l, h.r, basis <> 'weight' AS is_proof FROM (SELECT h.*, {_TWO} FROM holding h {_NAMES}) h"
        " LEFT JOIN verdict v USING (one, other)"
        " WHERE NOT coalesce(v.differs, false) OR basis IN (SELECT type FROM rule WHERE is_strong)"
    ).fetchnumpy()
    left, right = (np.searchsorted(numbers, kept[end].astype("int64")) for end in ("l", "r"))
    is_proof = kept["is_proof"]
    strong = numbers[labels(len(numbers), left, right)]
    proven = numbers[labels(len(numbers), left[is_proof], right[is_proof])]
    keep(con, "narrowed", pa.table({"no": numbers, "strong": strong, "proven": proven}))
    con.execute(
        "CREATE OR REPLACE TABLE node AS SELECT no, piece, level, n.strong, n.proven FROM node"
        " JOIN narrowed n USING (no)"
    )
    con.execute("DROP TABLE narrowed")
    con.execute("DROP TABLE holding")
