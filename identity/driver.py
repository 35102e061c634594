"""Statements on the driver's own cursor, inside the caller's transaction.

For the paths that run many small statements per request: SQLAlchemy's Core spends two to three times as long
on describing a small result as PostgreSQL does on computing it. Errors are what Core would have raised.

`prepared` and `array` have twins in `offers.store_driver`: two small functions cost less than a third package
on which both domains would stand.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, NamedTuple, cast

import psycopg2
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError


class Statement(NamedTuple):
    """A statement that is to travel with others."""

    text: str
    parameters: Sequence[Any] = ()


def rows(connection: Connection, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement returns, the last one if there are several."""
    with closing(connection.connection.cursor()) as cursor:
        try:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall()) if cursor.description else []
        except psycopg2.Error as error:
            raise cast(
                "DBAPIError",
                DBAPIError.instance(statement, None, error, psycopg2.Error, hide_parameters=True),
            ) from error


def prepared(
    connection: Connection, name: str, types: str, statement: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """What a statement returns that every session parses and plans once, under a name of its own.

    psycopg2 has a plain statement parsed and planned at every call, which costs more than running it.
    """
    with closing(connection.connection.cursor()) as cursor:
        if name not in connection.info:
            cursor.execute(f"PREPARE {name} ({types}) AS {statement}")
            connection.info[name] = f"EXECUTE {name} ({', '.join(['%s'] * len(parameters))})"
        cursor.execute(connection.info[name], parameters)
        return list(cursor.fetchall())


def value(connection: Connection, statement: str, parameters: Sequence[Any]) -> Any:
    """The first column of the only row that a statement returns."""
    ((found, *_),) = rows(connection, statement, parameters)
    return found


def together(connection: Connection, statements: Iterable[Statement]) -> list[tuple[Any, ...]]:
    """What the last of several statements returns. All travel together; each sees what those before did."""
    listed = list(statements)
    parameters = [parameter for each in listed for parameter in each.parameters]
    return rows(connection, "; ".join(each.text for each in listed), parameters) if listed else []


def array(listed: Iterable[object]) -> str:
    """Numbers, flags, moments, nothing, and texts of letters and digits, as PostgreSQL writes an array.

    The driver spells a list out as an expression, which takes longer to parse than to run.
    """
    shown = list(listed)
    if None in shown:
        return "{" + ",".join(["NULL" if each is None else str(each) for each in shown]) + "}"
    return "{" + ",".join(map(str, shown)) + "}"
