"""The DuckDB database in which a run works: in memory, with room on disk for what does not fit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

__all__ = ["DuckDBPyConnection", "Resources", "count", "fetched", "keep", "quoted", "workbench"]


@dataclass(frozen=True, slots=True)
class Resources:
    """How much of the machine a run may use. `memory_mib` is DuckDB's part."""

    processes: int = 2
    memory_mib: int = 4096
    folder: Path | None = None
    """Where what does not fit into memory goes; None is the system's folder for temporary files."""


@contextmanager
def workbench(resources: Resources) -> Iterator[DuckDBPyConnection]:
    """A database for one run; nothing of it stays."""
    with TemporaryDirectory(prefix="o2o-bulk-", dir=resources.folder) as folder:
        connection = duckdb.connect(
            config={
                "threads": resources.processes,
                "memory_limit": f"{resources.memory_mib}MiB",
                "temp_directory": folder,
            }
        )
        try:
            yield connection
        finally:
            connection.close()


def quoted(name: str) -> str:
    """A column's name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def keep(con: DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Makes an Arrow table one of the workbench's own."""
    con.register("arrived", table)
    con.execute(f"CREATE TABLE {name} AS SELECT * FROM arrived")
    con.unregister("arrived")


def fetched(con: DuckDBPyConnection, query: str) -> pa.Table:
    """What the query finds, as an Arrow table."""
    return con.sql(query).to_arrow_table()


def count(con: DuckDBPyConnection, table: str) -> int:
    """How many rows a table, or what else stands behind FROM, has."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def save(con: DuckDBPyConnection, table: str, path: Path) -> None:
    """Writes a table as Parquet."""
    con.execute(f"COPY {table} TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")


def load(con: DuckDBPyConnection, table: str, pattern: Path) -> None:
    """Makes a table of the Parquet files that the pattern fits."""
    con.execute(f"CREATE TABLE {table} AS FROM read_parquet('{str(pattern).replace(chr(39), chr(39) * 2)}')")
