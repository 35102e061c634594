"""Is everything in order that the gateway needs? Each finding is a sentence an operator can act on."""

import datetime as dt
import enum
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway import migrations
from gateway.access import secrets_file
from gateway.access.secrets_file import SecretsError
from gateway.database import open_database
from gateway.postgres import account, binaries, cluster
from gateway.postgres.errors import PostgresError
from gateway.settings import Settings

LOCKS_LEAST = 256
CLOCK_MOST_S = 2.0
DISK_FAIL_GB, DISK_WARN_GB = 1.0, 5.0


class Verdict(enum.StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    verdict: Verdict
    what: str
    told: str


def examine(settings: Settings, now: Callable[[], dt.datetime]) -> Iterator[Finding]:
    """All findings, in the order one would repair them. May start an embedded server, makes nothing."""
    yield _python()
    yield _disk(settings)
    yield _secrets(settings)
    yield _programs()
    if not settings.database_url and cluster.existing(settings.home) is None:
        yield Finding(Verdict.WARN, "database", "there is none yet; `o2o run` makes one")
        return
    try:
        with open_database(settings) as database, database.transaction() as connection:
            for look in (_server, _location, _locks, _durability, _encoding, _connections, _migrations):
                yield look(settings, connection)
            yield _clock(connection, now)
    except (PostgresError, sa.exc.OperationalError) as error:
        reason = str(error.orig).strip() if isinstance(error, sa.exc.OperationalError) else str(error)
        yield Finding(Verdict.FAIL, "database", f"cannot be reached: {reason}")


def _python() -> Finding:
    told = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return Finding(_fail_unless(sys.version_info >= (3, 11)), "Python", f"{told} (3.11 or newer)")


def _disk(settings: Settings) -> Finding:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free_gb = shutil.disk_usage(place.resolve()).free / 1e9
    verdict = (
        Verdict.FAIL if free_gb < DISK_FAIL_GB else Verdict.WARN if free_gb < DISK_WARN_GB else Verdict.OK
    )
    return Finding(verdict, "disk", f"{free_gb:.1f} GB free in {place}")


def _secrets(settings: Settings) -> Finding:
    if not settings.secrets_file.exists():
        told = (
            f"{settings.secrets_file} is not there; `o2o run` makes it, but a database in use needs its own"
        )
        return Finding(Verdict.WARN, "secrets", told)
    try:
        found = secrets_file.load(settings.secrets_file)
    except SecretsError as error:
        return Finding(Verdict.FAIL, "secrets", str(error))
    return Finding(
        Verdict.OK, "secrets", f"version {found.current} of {len(found.versions)}, readable by its owner only"
    )


def _programs() -> Finding:
    try:
        found = binaries.find()
    except PostgresError as error:
        return Finding(Verdict.WARN, "programs", f"{error}; backups need pg_dump and pg_restore")
    return Finding(Verdict.OK, "programs", f"PostgreSQL {found.major} in {found.folder}")


def _server(_settings: Settings, connection: Connection) -> Finding:
    number = int(_show(connection, "server_version_num"))
    told = f"PostgreSQL {_show(connection, 'server_version')} ({binaries.OLDEST_MAJOR} or newer)"
    return Finding(_fail_unless(number // 10_000 >= binaries.OLDEST_MAJOR), "server", told)


def _location(settings: Settings, _connection: Connection) -> Finding:
    if settings.database_url:
        return Finding(Verdict.OK, "data", "on the server that DATABASE_URL names")
    place = (settings.home / "postgres" / "cluster").resolve()
    sheltered = (
        set(account.SHELTER.glob("cluster-*")) - {place} if place.is_relative_to(account.SHELTER) else set()
    )
    also = f"; not used by this home: {', '.join(map(str, sorted(sheltered)))}" if sheltered else ""
    return Finding(Verdict.OK, "data", f"{place}{also}")


def _locks(_settings: Settings, connection: Connection) -> Finding:
    number = int(_show(connection, "max_locks_per_transaction"))
    told = f"max_locks_per_transaction = {number}"
    if number >= LOCKS_LEAST:
        return Finding(Verdict.OK, "locks", told)
    return Finding(Verdict.WARN, "locks", f"{told}; set it to {LOCKS_LEAST}: big joins may run out of locks")


def _durability(_settings: Settings, connection: Connection) -> Finding:
    off = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if _show(connection, name) == "off"
    ]
    if off:
        return Finding(
            Verdict.FAIL,
            "durability",
            f"{', '.join(off)} off: a power cut may lose or damage what was answered",
        )
    return Finding(Verdict.OK, "durability", "an answered commit is on disk")


def _encoding(_settings: Settings, connection: Connection) -> Finding:
    encoding = _show(connection, "server_encoding")
    return Finding(_fail_unless(encoding == "UTF8"), "encoding", f"{encoding} (UTF8 is needed)")


def _connections(settings: Settings, connection: Connection) -> Finding:
    needed = settings.workers * (2 * settings.pool_size + 1) + 10
    most = int(_show(connection, "max_connections"))
    told = f"max_connections = {most}, this gateway may need {needed}"
    return Finding(Verdict.OK if most >= needed else Verdict.WARN, "connections", told)


def _migrations(_settings: Settings, connection: Connection) -> Finding:
    has, newest = migrations.current(connection), migrations.newest()
    if has == newest:
        return Finding(Verdict.OK, "migrations", f"{has}, the newest")
    return Finding(
        Verdict.FAIL,
        "migrations",
        f"the database has {has or 'none'}, the code needs {newest}; start `o2o run`",
    )


def _clock(connection: Connection, now: Callable[[], dt.datetime]) -> Finding:
    before = now()
    there: dt.datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    apart_s = max((before - there).total_seconds(), (there - now()).total_seconds(), 0.0)
    told = f"{apart_s:.1f} s apart from the database's (at most {CLOCK_MOST_S:.0f} s)"
    return Finding(_fail_unless(apart_s <= CLOCK_MOST_S), "clock", told)


def _show(connection: Connection, setting: str) -> str:
    return str(connection.execute(sa.text("SELECT current_setting(:name)"), {"name": setting}).scalar_one())


def _fail_unless(right: bool) -> Verdict:
    return Verdict.OK if right else Verdict.FAIL
