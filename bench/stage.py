"""What a measurement needs: a filled embedded database of its own, a key, and applications served from it.

Invariant: nothing here touches the gateway's own data; a filled database is kept below the home folder and
used again, because filling a million people takes long; a fill that was broken off goes on where it stopped.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import psycopg2
from sqlalchemy import Connection
from sqlalchemy import text as sql

from bench import load, processes
from bench.served import Served, served
from gateway.access import keys, secrets_file
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.database import Database, open_database
from gateway.demo.world import World
from gateway.migrations import migrate
from gateway.serving import warming
from gateway.settings import Settings
from gateway.wiring import identity_of
from identity.context import Context
from identity.scoring import shipped
from identity.versions import switching

FLOOR_ROWS = 10_000

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """A filled database with a key that no limit slows down. `database_pid` is the server's first process."""

    settings: Settings
    database: Database
    people: int
    key: str
    database_pid: int


def world() -> World:
    """The world that is measured; its day is fixed: a kept database and new records are of one world."""
    return World(1, date(2026, 11, 1))


@contextmanager
def stage(settings: Settings, people: int, report: Report) -> Iterator[Stage]:
    """Opens the database of so many people below `settings.home`; fills it first when it is new."""
    home = settings.home / "bench" / f"people-{people}"
    own = replace(settings, home=home, database_url=None, secrets_path=None)
    home.mkdir(parents=True, exist_ok=True)
    with open_database(own, statement_timeout_ms=0) as database:
        own = replace(own, database_url=database.url)
        marker = home / "filled.json"
        if not marker.exists():
            _fill(own, database, people, report)
            marker.write_text(json.dumps({"people": people}))
        warming.warm(database.url)  # as a gateway does after its start
        yield Stage(own, database, people, _key(database), _first_process(database))


@contextmanager
def applications(on: Stage) -> Iterator[tuple[Served, Served]]:
    """The floor and the gateway, served side by side from the stage's database."""
    with ExitStack() as stack:
        floor = stack.enter_context(
            served(
                "bench.floor:app",
                {"O2O_FLOOR_DSN": _plain(on.database.url)},
                log=on.settings.home / "floor.log",
            )
        )
        gateway = stack.enter_context(gateway_of(on))
        yield floor, gateway


@contextmanager
def gateway_of(on: Stage) -> Iterator[Served]:
    """The gateway, served from the stage's database."""
    environment = {
        "O2O_HOME": str(on.settings.home),
        "DATABASE_URL": on.database.url,
        "O2O_LOG_LEVEL": "warning",
    }
    with served("gateway.serve:app", environment, log=on.settings.home / "gateway.log") as running:
        yield running


@contextmanager
def working(on: Stage) -> Iterator[tuple[int, ...]]:
    """Background workers over the stage's database, as many as a gateway has; yields their process ids."""
    environment = {
        **os.environ,
        "O2O_HOME": str(on.settings.home),
        "DATABASE_URL": on.database.url,
        "O2O_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-P", "-m", "gateway", "worker"]
    with ExitStack() as stack:
        started = []
        for _ in range(on.settings.background_workers):
            process = stack.enter_context(
                subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
            )
            stack.callback(process.terminate)
            started.append(process.pid)
        yield tuple(started)


def _fill(settings: Settings, database: Database, people: int, report: Report) -> None:
    report(f"filling a database with {people:,} people (once; it is kept in {settings.home})")
    identity = identity_of(settings, secrets_file.load_or_create(settings.secrets_file))
    with database.transaction() as connection:
        if connection.execute(sql("select to_regclass('bench_floor')")).scalar_one() is None:
            _prepare(connection, identity)
    load.fill(settings, world(), people=people, report=_tenths(report))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sql("vacuum analyze"))


def _prepare(connection: Connection, identity: Context) -> None:
    migrate(connection)
    switching.start(connection, identity, shipped.document(), now=datetime.now(UTC))
    connection.execute(sql("create table bench_floor (row_no bigint primary key, note text not null)"))
    connection.execute(
        sql("insert into bench_floor select n, 'note ' || n from generate_series(1, :rows) n"),
        {"rows": FLOOR_ROWS},
    )


def _tenths(report: Report) -> Callable[[int, int], None]:
    """Says every tenth of the way."""
    said = 0

    def tell(done: int, total: int) -> None:
        nonlocal said
        tenth = done * 10 // total
        if tenth > said:
            said = tenth
            report(f"  {tenth * 10} %")

    return tell


def _key(database: Database) -> str:
    """A key for everything that is measured, without limits."""
    scopes = frozenset({Scope.QUERY, Scope.REDEEM, Scope.INGEST, Scope.PROFILE_READ})
    grant = Grant("bench", scopes, distinct_per_minute=0, misses_per_minute=0)
    with database.transaction() as connection:
        return keys.issue(connection, grant, now=datetime.now(UTC)).token


def _first_process(database: Database) -> int:
    """The process id of the server's parent of all backends."""
    with database.transaction() as connection:
        backend: int = connection.execute(sql("select pg_backend_pid()")).scalar_one()
    return processes.parent(backend)


def _plain(url: str) -> str:
    """The address as libpq itself reads it."""
    found: str = psycopg2.extensions.make_dsn(url.replace("postgresql+psycopg2://", "postgresql://", 1))
    return found
