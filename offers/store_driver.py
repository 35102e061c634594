"""The driver's own cursor, where SQLAlchemy's costs more than the statement or has no words for it.

`identity.driver` says why two of these functions have twins there.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

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


def prepared_row(
    connection: Connection, name: str, types: str, statement: str, values: Sequence[Any]
) -> tuple[Any, ...]:
    """The only row of a prepared statement."""
    (row,) = prepared_rows(connection, name, types, statement, values)
    return row


def prepared_rows(
    connection: Connection, name: str, types: str, statement: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The rows of a statement that every session parses and plans once, under a name of its own.

    psycopg2 has a plain statement parsed and planned at every call, which costs more than running it.
    """
    with driver_cursor(connection) as cursor:
        if name not in connection.info:
            cursor.execute(f"PREPARE {name} ({types}) AS {statement}")
            connection.info[name] = f"EXECUTE {name} ({', '.join(['%s'] * len(values))})"
        cursor.execute(connection.info[name], values)
        return cursor.fetchall() if cursor.description is not None else []


def array(numbers: Iterable[int | bool | str]) -> str:
    """Numbers, or texts of letters and digits, as PostgreSQL writes an array: the driver spells a list out as
    an expression, which takes longer to parse than to run.
    """
    return "{" + ",".join(map(str, numbers)) + "}"


def arrays(columns: Iterable[Sequence[int | bool | str]]) -> tuple[str, ...]:
    """Several columns, each as `array` writes it; to be unnested side by side."""
    return tuple(map(array, columns))
