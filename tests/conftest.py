"""A real PostgreSQL for every test that wants one: the server named by DATABASE_URL, else an embedded one
for this run.

The schema is migrated once into a template; a test's own database is a copy of it, made in some ten
milliseconds.
"""

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import psycopg2
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from gateway.database import Database, address, open_engine
from gateway.migrations import migrate
from gateway.postgres import cluster
from gateway.postgres.attachment import attach

PROVING = os.environ.get("O2O_PROVE") == "1"
"""Whether the long proofs run at full length (`make prove`)."""

hypothesis.settings.register_profile("quick", max_examples=60, deadline=None)
hypothesis.settings.register_profile("prove", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("prove" if PROVING else "quick")

pytest_plugins = ["tests.chromium"]

FIRST = ("process", "long")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that nobody waits for it at the end; all else keeps its order."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in FIRST))


Scale = Callable[[int, int], int]
NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def scale() -> Scale:
    """`scale(few, many)`: how often to repeat something; many under O2O_PROVE=1, else few."""
    return lambda few, many: many if PROVING else few


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a database on the server under test, as a role that may create databases."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="o2o-tests-", dir="/tmp"))
    home.chmod(0o755)  # as root, the server runs as another account, which must get in
    try:
        attachment = attach(home, durable=False)
        yield attachment.url
        attachment.close(wait_s=30)
    finally:
        cluster.discard(home)
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def new_database(server_url: str) -> Iterator[NewDatabase]:
    """A function that makes a migrated, empty database and returns its address. All are dropped at the end
    of the run.
    """
    numbers = itertools.count()
    admin = sa.create_engine(address(server_url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def create(template: str | None) -> str:
        name = f"o2o_test_{os.getpid()}_{next(numbers)}"
        # Copying files beats writing a template's pages to the log as long as the template is small.
        made_from = (
            f"TEMPLATE {template} STRATEGY file_copy" if template else "TEMPLATE template0 ENCODING 'UTF8'"
        )
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} {made_from}"))
        return name

    template = create(None)
    migrated = open_engine(_sibling(server_url, template), pool_size=1)
    with migrated.begin() as connection:
        migrate(connection)
    migrated.dispose()
    yield lambda: _sibling(server_url, create(template))
    with admin.connect() as connection:
        left = connection.scalars(
            sa.text("SELECT datname FROM pg_database WHERE datname LIKE :ours"),
            {"ours": f"o2o\\_test\\_{os.getpid()}\\_%"},
        ).all()
    for name in left:
        _drop(server_url, name)


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """The address of a database without any tables."""
    name = f"o2o_empty_{os.getpid()}"
    with _engine(server_url).connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    yield _sibling(server_url, name)
    _drop(server_url, name)


@pytest.fixture
def database_url(new_database: NewDatabase, server_url: str) -> Iterator[str]:
    """The address of a migrated database of this test's own, for what opens its own connections (processes,
    commands).
    """
    url = new_database()
    yield url
    _drop(server_url, str(address(url).database))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of this test's own, for tests that commit or race. Up to 40 connections at a
    time.
    """
    with Database(open_engine(database_url, pool_size=40, pool_timeout_s=30)) as opened:
        yield opened


@pytest.fixture(scope="session")
def _shared_engine(new_database: NewDatabase) -> Iterator[Engine]:
    engine = open_engine(new_database(), pool_size=4)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(_shared_engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back after the test."""
    with _shared_engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@contextmanager
def _statements_of(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def remember(*event: object) -> None:
        seen.append(str(event[2]))

    sa.event.listen(engine, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", remember)


@pytest.fixture
def statements_of() -> Callable[[Engine], object]:
    """For statement budgets: a block under it collects what goes to the database."""
    return _statements_of


def _engine(url: str) -> Engine:
    return sa.create_engine(address(url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


def _drop(server_url: str, name: str) -> None:
    for _ in range(100):
        try:
            with _engine(server_url).connect() as connection:
                connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        except sa.exc.DBAPIError as error:
            # Autovacuum is at it, a process of the superuser's that we may not end: it is gone in a moment.
            if not isinstance(error.orig, psycopg2.errors.InsufficientPrivilege):
                raise
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{name} cannot be dropped")


def _sibling(url: str, name: str) -> str:
    return address(url).set(database=name).render_as_string(hide_password=False)
