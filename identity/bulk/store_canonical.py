"""Records that are canonical already, such as those the gateway holds, brought into the workbench.

Makes the tables that `store_columns` makes of files, with `reject` empty. Of what a record says only that
comes in which takes part in linking: nothing that was merely asserted, and no anonymous browsing.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import pyarrow as pa

from identity.bulk import store_identifiers
from identity.bulk.store_workbench import DuckDBPyConnection, count
from identity.canonical import keys
from identity.model import ATTRIBUTES, Assurance, Record
from identity.policy import Policy

BATCH: Final = 20_000

_BIRTH: Final = "date_of_birth"
_COLUMNS: Final = (
    ("source", pa.string()),
    ("record_key", pa.string()),
    *((name, pa.date32() if name == _BIRTH else pa.string()) for name in ATTRIBUTES),
    ("token", pa.string()),
)
_PAIR: Final = (("source", pa.string()), ("record_key", pa.string()))
_VALUES: Final = (*_PAIR, ("name", pa.string()), ("value", pa.string()))


def take(con: DuckDBPyConnection, records: Iterable[Record], policy: Policy) -> int:
    """Brings the records in and returns their number."""
    for name, columns in (("arriving", _COLUMNS), ("own", _VALUES), ("shows", _VALUES)):
        con.register("shape", pa.schema(columns).empty_table())
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM shape")
        con.unregister("shape")
    for batch in _batches(record for record in records if not record.stub and record.bound_to is None):
        _append(con, "arriving", _COLUMNS, map(_row, batch))
        _append(con, "own", _VALUES, (said for record in batch for said in _own(record)))
        _append(con, "shows", _VALUES, (said for record in batch for said in _shown(record, policy)))
    _number(con)
    con.execute(
        "CREATE TABLE said AS SELECT r.no, s.name AS type, s.value FROM shows s"
        " JOIN record r USING (source, record_key)"
    )
    con.execute("DROP TABLE shows")
    store_identifiers.take_part(con, policy)
    return count(con, "record")


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    left = iter(records)
    while batch := list(islice(left, BATCH)):
        yield batch


def _append(
    con: DuckDBPyConnection,
    table: str,
    columns: tuple[tuple[str, pa.DataType], ...],
    rows: Iterable[tuple[object, ...]],
) -> None:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(found, kind) for found, (_, kind) in zip(values, columns, strict=True)]
    con.register("arrived", pa.table(arrays, [name for name, _ in columns]))
    con.execute(f"INSERT INTO {table} FROM arrived")
    con.unregister("arrived")


def _row(record: Record) -> tuple[object, ...]:
    if record.proof <= Assurance.ASSERTED:
        return (*_name(record), *(None for _ in ATTRIBUTES), None)
    said = (getattr(record.attributes, name) for name in ATTRIBUTES)
    return (*_name(record), *said, keys.name_token(record.attributes))


def _own(record: Record) -> Iterator[tuple[str, ...]]:
    if record.proof > Assurance.ASSERTED:
        for name, value in record.attributes.extra:
            yield *_name(record), name, value


def _shown(record: Record, policy: Policy) -> Iterator[tuple[str, ...]]:
    for key in keys.identifier_keys(record, policy):
        yield *_name(record), key.type, key.value


def _name(record: Record) -> tuple[str, str]:
    """Source and key. Several live generations of one key are told apart by what no key can hold."""
    source, key, generation = record.ref
    return source, key if generation == 1 else f"{key}\N{NO-BREAK SPACE}({generation})"


def _number(con: DuckDBPyConnection) -> None:
    """Makes `record`, with a column for each attribute of the retailer's own."""
    names = [name for (name,) in con.execute("SELECT DISTINCT name FROM own ORDER BY 1").fetchall()]
    columns = "".join(f", max(value) FILTER (name = '{name}') AS {name}" for name in names)
    con.execute(
        "CREATE TABLE record AS SELECT row_number() OVER (ORDER BY source, record_key) AS no,"
        " 0::BIGINT AS row, * FROM arriving"
        f" LEFT JOIN (SELECT source, record_key{columns} FROM own GROUP BY ALL) USING (source, record_key)"
        " ORDER BY no"
    )
    con.execute(
        "CREATE TABLE reject (source VARCHAR, row BIGINT, record_key VARCHAR, field VARCHAR, reason VARCHAR)"
    )
    con.execute("DROP TABLE arriving")
    con.execute("DROP TABLE own")
