"""The driver's own cursor, where SQLAlchemy's costs more than the statement or has no words for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from psycopg2.extensions import cursor as Cursor  # noqa: N812  (the driver's class has a small name)
from sqlalchemy import Connection


@contextmanager
def driver_cursor(connection: Connection) -> Iterator[Cursor]:
    """A cursor in the connection's transaction."""
    cursor = cast("Cursor", connection.connection.cursor())
    try:
        yield cursor
    finally:
        cursor.close()
