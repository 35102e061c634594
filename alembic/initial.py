"""Writes the initial migrations from the tables. Only until the first release: after it they never change
again.

    python alembic/initial.py

Each package's tables become one file of plain SQL beside its migration. A test compares what the migrations
build with what the tables describe.
"""

import re
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg2
from sqlalchemy.schema import (
    CreateIndex,
    CreateSequence,
    CreateTable,
    DDLElement,
    SetColumnComment,
    SetTableComment,
)

from gateway import tables as gateway_tables
from identity import tables as identity_tables
from offers import tables as offers_tables

VERSIONS = Path(__file__).parent / "versions"
PACKAGES = {
    "0001_identity": identity_tables,
    "0002_offers": offers_tables,
    "0003_gateway": gateway_tables,
}


def script(tables: ModuleType) -> str:
    """Everything a package's schema holds, as SQL: sequences, tables with their indexes, functions."""
    metadata: sa.MetaData = tables.metadata
    parts = [f"CREATE SCHEMA {metadata.schema};"]
    # The metadata names its free-standing sequences only here.
    parts += [_sql(CreateSequence(sequence)) for sequence in metadata._sequences.values()]  # noqa: SLF001
    parts += ["\n".join(_table(table)) for table in metadata.sorted_tables]
    parts += [statement.strip().rstrip(";") + ";" for statement in tables.functions]
    return "\n\n".join(parts) + "\n"


def _table(table: sa.Table) -> list[str]:
    statements: list[DDLElement] = [CreateTable(table)]
    statements += [CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name))]
    statements += [SetTableComment(table)] if table.comment else []
    statements += [SetColumnComment(column) for column in table.columns if column.comment]
    return [_sql(statement) for statement in statements]


def _sql(statement: DDLElement) -> str:
    text = str(statement.compile(dialect=psycopg2.dialect())).strip().replace("\t", "    ").replace("%%", "%")
    return re.sub(r"\n\)\s+(WITH|PARTITION)", r"\n) \1", re.sub(r"[ ]+\n", "\n", text)) + ";"


if __name__ == "__main__":
    for name, package in PACKAGES.items():
        (VERSIONS / f"{name}.sql").write_text(script(package), encoding="utf-8")
