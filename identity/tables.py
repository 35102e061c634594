"""All of identity's tables, and the raw DDL that goes with them."""

from pathlib import Path
from typing import Final

from identity import tables_history, tables_records, tables_sources
from identity.schema import metadata

__all__ = ["functions", "metadata", "tables_history", "tables_records", "tables_sources"]

_SQL: Final = Path(__file__).with_name("sql")
functions: tuple[str, ...] = tuple(path.read_text(encoding="utf-8") for path in sorted(_SQL.glob("*.sql")))
"""Applied after the tables: SQL functions, the oldest event partition, the feed's one row."""
