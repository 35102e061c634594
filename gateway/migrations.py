"""Bringing a database to the present shape, and asking whether it has it.

A start whose database has the newest shape already does not import Alembic: that alone takes longer than
the question.
"""

import functools
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from alembic.config import Config

LOCK = 0x6F326F_6D696772
"""The advisory lock that lets one starter migrate while the others wait."""

VERSION_SCHEMA = "migration"
VERSION_TABLE = f"{VERSION_SCHEMA}.alembic_version"

INI = "alembic.ini"


class MigrationsMissingError(Exception):
    """The package is not whole."""


def migrate(connection: Connection) -> None:
    """Applies what is missing, in the caller's transaction: all of it or nothing. Starters at the same time
    take turns.
    """
    connection.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if current(connection) == newest():
        return
    from alembic import command  # noqa: PLC0415

    command.upgrade(_config(connection), "head")


def undo(connection: Connection) -> None:
    """Takes all migrations back, with everything the database holds."""
    from alembic import command  # noqa: PLC0415

    command.downgrade(_config(connection), "base")


def current(connection: Connection) -> str | None:
    """The newest migration this database has, None when it has none."""
    if connection.scalar(text("SELECT to_regclass(:table)"), {"table": VERSION_TABLE}) is None:
        return None
    found = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608  # our own constant
    return None if found is None else str(found)


def newest() -> str | None:
    """The newest migration there is: files are named by their numbered revisions."""
    return max((path.stem for path in (folder() / "alembic" / "versions").glob("[0-9]*.py")), default=None)


@functools.cache
def folder() -> Path:
    """Where the migrations are: the checkout, else where the installed package put them. Raises
    MigrationsMissingError.
    """
    checkout = Path(__file__).parent.parent
    if (checkout / INI).exists():
        return checkout
    for file in metadata.files("o2o-gateway") or ():
        found = Path(str(file.locate()))
        if file.name == INI and found.exists():
            return found.resolve().parent
    raise MigrationsMissingError(f"{INI} was not installed with the package; install o2o-gateway again")


def execute(connection: Connection, statement: str) -> None:
    """Runs a statement as it stands: colons and percent signs in a function's body are its own."""
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config(folder() / "alembic.ini")
    config.attributes["connection"] = connection
    return config
