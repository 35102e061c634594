"""Keys and whether they are live, for all records at once.

Tables: `dead` (type, value, records, tokens): identifiers that say nothing any more; `live` (no, type,
value): `shown` without them, which is dropped; `post` (digest, no, force): every live key that at least two
records share, and how far it makes them meet. Blocking keys are known by their digest alone, as they are
online; beyond the policy's cap they are left out without a word.
"""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from identity.bulk import store_blocks, store_rows
from identity.bulk.rows import Row, record
from identity.bulk.store_workbench import DuckDBPyConnection, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.canonical.keys import Force
from identity.policy import BLOCK
from identity.scoring.model import ScoredModel

_TOKENS: Final = "count(DISTINCT coalesce(r.token, r.no::VARCHAR))"


def find(con: DuckDBPyConnection, workforce: Workforce, *, is_to_fit: bool = False) -> None:
    """Makes `dead`, `live` and `post`: by the attributes that the model compares, or, for one that is yet to
    be fitted, by all.
    """
    con.execute(
        "CREATE TABLE dead AS SELECT k.* FROM (SELECT s.type, s.value, count(*) AS records,"
        f" {_TOKENS} AS tokens FROM shown s JOIN record r USING (no) GROUP BY s.type, s.value"
        " HAVING count(*) > 1) k JOIN rule USING (type) WHERE k.records > rule.cap OR k.tokens > rule.generic"
    )
    con.execute("CREATE TABLE live AS SELECT * FROM shown ANTI JOIN dead USING (type, value)")
    model = workforce.equipment.model
    if isinstance(model, ScoredModel):
        own = store_rows.own_attributes(con)
        compared = own if is_to_fit else [name for name in own if name in model.own_attributes]
        store_blocks.find(con, workforce, compared)
    else:
        _block(con, workforce)
    policy = workforce.equipment.reading.policy
    con.execute(
        "CREATE TABLE post AS SELECT digest, no, force FROM blocked JOIN (SELECT digest,"
        f" if(count(*) > {policy.block_alone}, {Force.HALF:d}, {Force.WHOLE:d}) AS force"
        f" FROM blocked GROUP BY digest HAVING count(*) BETWEEN 2 AND {policy.cap(BLOCK)}) USING (digest)"
        f" UNION ALL SELECT hash(type, value), no, {Force.WHOLE:d} FROM live SEMI JOIN (SELECT type, value"
        " FROM live GROUP BY type, value HAVING count(*) > 1) USING (type, value)"
    )
    for table in ("blocked", "shown", "beyond"):
        con.execute(f"DROP TABLE {table}")


def _block(con: DuckDBPyConnection, workforce: Workforce) -> None:
    """The blocking keys of every record, by a model that only says them record by record."""
    con.execute("CREATE TABLE blocked (digest UBIGINT, no BIGINT)")
    rows = list(store_rows.rows(con, "record", shown="shown"))
    keys = workforce.spread(_blocking, rows)
    table = {
        "value": pa.array([key for found in keys for key in found], pa.string()),
        "no": pa.array([row.no for row, found in zip(rows, keys, strict=True) for _ in found], pa.int64()),
    }
    keep(con, "block_key", pa.table(table))
    con.execute(f"INSERT INTO blocked SELECT hash('{BLOCK}', value), no FROM block_key")
    con.execute("DROP TABLE block_key")


def _blocking(rows: Sequence[Row], equipment: Equipment) -> list[tuple[str, ...]]:
    return [tuple(dict.fromkeys(equipment.model.blocking(record(row)))) for row in rows]
