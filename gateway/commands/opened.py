"""The gateway as a command works with it: opened once, closed whatever happens, and what was expected to go
wrong told as a sentence with exit code 1.

What it imports is imported when it is used, so `o2o --help` stays quick.
"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gateway.wiring import Services


@contextmanager
def speaking(*expected: type[Exception]) -> Iterator[None]:
    """Turns the refusals of the door and of both domains, and those `expected` besides, into click's own; and
    says what to do where the database has not the tables of this version.
    """
    from sqlalchemy.exc import ProgrammingError

    from gateway.database import OTHER_TABLES
    from gateway.wire.errors import GatewayError
    from identity.errors import IdentityError
    from offers.errors import OffersError

    refusals: tuple[type[Exception], ...] = (GatewayError, IdentityError, OffersError, *expected)
    try:
        yield
    except refusals as error:
        raise click.ClickException(str(error)) from error
    except ProgrammingError as error:
        if not isinstance(error.orig, OTHER_TABLES):
            raise
        raise click.ClickException(
            "The database has no tables of this version: start the gateway once with `o2o run`."
        ) from error


@contextmanager
def services() -> Iterator["Services"]:
    """The services over the database of the environment's settings."""
    from gateway.settings import from_environment
    from gateway.wiring import open_services

    found = open_services(from_environment())
    try:
        with speaking():
            yield found
    finally:
        found.close()


@contextmanager
def transaction() -> Iterator[tuple["Services", "Connection"]]:
    """The services and a connection of theirs, committed when the block ends well."""
    with services() as found, found.database.transaction() as connection:
        yield found, connection


@contextmanager
def connection() -> Iterator["Connection"]:
    """A connection alone, for what needs no secrets: committed when the block ends well."""
    from gateway.database import open_database
    from gateway.settings import from_environment

    with speaking(), open_database(from_environment()) as database, database.transaction() as found:
        yield found


def author() -> str:
    """Who is named in histories when a command changes something: the user of this terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's number without a name; Python before 3.13 raises KeyError
        return "command"
