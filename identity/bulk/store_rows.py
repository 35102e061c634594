"""Records leaving the workbench as rows that the partition's rules take."""

from collections.abc import Iterator
from typing import Final

from identity.bulk.rows import COLUMNS, Row
from identity.bulk.store_workbench import DuckDBPyConnection

BATCH: Final = 50_000

_ATTRIBUTES: Final = ", ".join(f"r.{name}" for name in COLUMNS)


def own_attributes(con: DuckDBPyConnection) -> tuple[str, ...]:
    """The retailer's own attributes among the columns of the records."""
    columns = con.execute("SELECT name FROM pragma_table_info('record')").fetchall()
    return tuple(sorted(name for (name,) in columns if name.startswith("x_")))


def rows(con: DuckDBPyConnection, of: str, *, shown: str) -> Iterator[Row]:
    """The records whose numbers the table `of` holds, in order, with identifiers from the table `shown`."""
    own = own_attributes(con)
    extra = "".join(f", r.{name}" for name in own)
    found = con.cursor().execute(
        f"SELECT r.no, r.source, r.record_key, s.shown, {_ATTRIBUTES}{extra} FROM record r SEMI JOIN {of}"
        " USING (no)"
        f" LEFT JOIN (SELECT no, list((type, value)) AS shown FROM {shown} SEMI JOIN {of} USING (no) GROUP"
        " BY no) s"
        " USING (no) ORDER BY r.no"
    )
    first = 4 + len(COLUMNS)
    while batch := found.fetchmany(BATCH):
        for row in batch:
            mine = [(name, value) for name, value in zip(own, row[first:], strict=True) if value is not None]
            yield Row(row[0], row[1], row[2], row[4:first], mine, row[3] or ())
