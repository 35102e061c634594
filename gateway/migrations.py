"""Bringing a database to the present shape, and asking whether it has it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

ROOT = Path(__file__).parent.parent

LOCK = 0x6F326F_6D696772
"""The advisory lock that lets one starter migrate while the others wait."""

VERSION_SCHEMA = "migration"


def migrate(connection: Connection) -> None:
    """Applies what is missing, in the caller's transaction: all of it or nothing. Starters at the same time
    take turns.
    """
    connection.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def undo(connection: Connection) -> None:
    """Takes all migrations back, with everything the database holds."""
    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


def current(connection: Connection) -> str | None:
    """The newest migration this database has, None when it has none."""
    context = MigrationContext.configure(connection, opts={"version_table_schema": VERSION_SCHEMA})
    return context.get_current_revision()


def newest() -> str | None:
    """The newest migration there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    return Config(ROOT / "alembic.ini")


def execute(connection: Connection, statement: str) -> None:
    """Runs a statement as it stands: colons and percent signs in a function's body are its own."""
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()
