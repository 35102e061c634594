"""How Alembic reaches the database and what it compares it with.

Called by `gateway.migrations` with a connection in a transaction, or by the `alembic` command, which opens
the database the settings name.
"""

import importlib
from importlib.util import find_spec

from alembic import context
from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection

from gateway.database import open_database
from gateway.migrations import VERSION_SCHEMA
from gateway.settings import from_environment


def tables() -> list[MetaData]:
    """What the packages say their tables are, for `alembic check` and `alembic revision --autogenerate`."""
    names = [name for name in ("identity.tables", "offers.tables", "gateway.tables") if find_spec(name)]
    return [importlib.import_module(name).metadata for name in names]


def migrate(connection: Connection, *, target: list[MetaData] | None = None) -> None:
    """Runs the migrations in the connection's transaction."""
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {VERSION_SCHEMA}"))  # the version table lives there
    context.configure(
        connection=connection,
        target_metadata=target,
        version_table_schema=VERSION_SCHEMA,
        include_schemas=True,
        compare_type=True,
    )
    context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with (
        open_database(from_environment(), statement_timeout_ms=0) as database,
        database.transaction() as connection,
    ):
        migrate(connection, target=tables())
