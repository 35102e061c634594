"""Everything the gateway remembers, as one folder: the database's contents, and the secrets without which
they mean nothing.

    database.dump   pg_dump's own format, of our three schemas
    secrets.json    readable by its owner only, like the original
    backup.json     when and of which shape

A restore happens in one transaction: afterwards the backup is there as a whole, or nothing has changed.
Whoever was erased since then is erased again; until that is done, who it is stands in a file of the home.
"""

import datetime as dt
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

from gateway import erasures, migrations
from gateway.access import secrets_file
from gateway.access.secrets_file import Secrets
from gateway.database import Database
from gateway.erasures import ErasuresError
from gateway.postgres import binaries
from gateway.settings import Settings
from gateway.wiring import identity_of
from identity.rights.erasures import Erasures

SCHEMAS = ("identity", "offers", "gateway", "migration")
DUMP, SECRETS, ABOUT = "database.dump", "secrets.json", "backup.json"
LEFT = "erasures.json"


class BackupError(Exception):
    """The backup or restore did not happen; the message says why."""


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says about itself."""

    made_at: str
    migration: str | None
    server_version: str


def write(settings: Settings, database: Database, folder: Path, *, now: dt.datetime) -> About:
    """Makes the folder and writes the backup into it, for its owner only. The gateway may go on working."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise BackupError(f"{folder} exists already; name a new folder") from None
    secrets_file.load(settings.secrets_file)
    with database.transaction() as connection:
        about = About(
            now.isoformat(timespec="seconds"), migrations.current(connection), _server_version(connection)
        )
    selected = [f"--schema={schema}" for schema in SCHEMAS]
    options = ["--format=custom", "--no-owner", "--no-privileges", *selected, f"--file={folder / DUMP}"]
    _run("pg_dump", options, database, connect=True)
    for path in (folder / DUMP, Path(shutil.copyfile(settings.secrets_file, folder / SECRETS))):
        path.chmod(0o600)
    facts = {"made_at": about.made_at, "migration": about.migration, "server_version": about.server_version}
    (folder / ABOUT).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return about


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: of when, how many erasures were made again, and whether there was a list of who was
    erased that means nothing under the backup's secrets.
    """

    made_at: str
    erased_again: int
    is_list_lost: bool


def read(
    settings: Settings,
    database: Database,
    folder: Path,
    *,
    replace: bool,
    now: dt.datetime,
    known: Sequence[Erasures] = (),
) -> Restored:
    """Brings a backup back, migrates it to the present shape, and erases again whoever was erased since: as
    the database knows that is given up, and as is `known` from elsewhere.

    What is there already is only given up with `replace`. Raises BackupError; then nothing has changed.
    """
    about = _about(folder)
    theirs = _check_secrets(settings, folder, replace=replace)
    ctx = identity_of(settings, theirs)
    with database.transaction() as connection:
        if not _is_empty(connection) and not replace:
            raise BackupError("the database is not empty; add --replace to give up what it holds")
    left = settings.home / LEFT
    settings.home.mkdir(parents=True, exist_ok=True)
    was_left, known = left.exists(), [*known, *_erasures(settings, database)]
    erasures.write(left, known)
    try:
        _replace_contents(settings, database, folder / DUMP)
    except BackupError:
        if not was_left:
            left.unlink()
        raise
    _place_secrets(settings, folder)
    with database.transaction() as connection:
        migrations.migrate(connection)
    done = [erasures.make_again(database, ctx, each, now=now) for each in known]
    left.unlink()
    return Restored(
        about.made_at,
        sum(erased for erased, _ in done),
        is_list_lost=not all(is_taken for _, is_taken in done),
    )


def _erasures(settings: Settings, database: Database) -> list[Erasures]:
    """What the database to be replaced knows, and what a restore knew that was cut off."""
    left = settings.home / LEFT
    try:
        found = erasures.of_database(settings, database)
        return [*(erasures.read(left) if left.exists() else []), *([found] if found else [])]
    except ErasuresError as error:
        raise BackupError(
            f"who was erased cannot be read ({error}); restore into an empty database, with --erasures"
        ) from error


def _replace_contents(settings: Settings, database: Database, dump: Path) -> None:
    # Through a script, for pg_restore's own --clean cannot drop partitions; and all of it before a line
    # is run, so that a damaged dump is noticed in time.
    with tempfile.TemporaryDirectory(dir=settings.home) as private:
        script = Path(private) / "restore.sql"
        _run("pg_restore", ["--no-owner", "--no-privileges", f"--file={script}", str(dump)], database)
        _leave_out_what_older_servers_lack(script)
        drop = "; ".join(f"DROP SCHEMA IF EXISTS {schema} CASCADE" for schema in SCHEMAS)
        once = [
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
        ]
        _run("psql", [*once, f"--command={drop}", f"--file={script}"], database, connect=True)


def _leave_out_what_older_servers_lack(script: Path) -> None:
    # PostgreSQL 17's pg_restore begins with a setting that 16 refuses. It is the default anyway.
    with script.open("r+b") as file:
        found = file.read(4096).find(b"SET transaction_timeout = 0;")
        if found >= 0:
            file.seek(found)
            file.write(b"-- ")


def _about(folder: Path) -> About:
    try:
        facts = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return About(facts["made_at"], facts["migration"], facts["server_version"])
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(f"{folder} is no backup: {ABOUT} is missing or damaged") from error


def _check_secrets(settings: Settings, folder: Path, *, replace: bool) -> Secrets:
    theirs = secrets_file.load(folder / SECRETS)
    if settings.secrets_file.exists() and not replace and secrets_file.load(settings.secrets_file) != theirs:
        raise BackupError(
            f"{settings.secrets_file} holds other secrets than the backup; add --replace to give them up"
        )
    return theirs


def _place_secrets(settings: Settings, folder: Path) -> None:
    settings.secrets_file.parent.mkdir(parents=True, exist_ok=True)
    beside = settings.secrets_file.with_suffix(".restored")
    beside.touch(mode=0o600)
    beside.write_bytes((folder / SECRETS).read_bytes())
    beside.replace(settings.secrets_file)


def _is_empty(connection: Connection) -> bool:
    found = connection.scalar(
        text("SELECT count(*) FROM pg_namespace WHERE nspname = ANY(:ours)"), {"ours": list(SCHEMAS)}
    )
    return bool(found == 0)


def _server_version(connection: Connection) -> str:
    return str(connection.scalar(text("SHOW server_version")))


def _run(program: str, options: list[str], database: Database, *, connect: bool = False) -> None:
    with database.transaction() as connection:
        major = connection.execute(
            text("SELECT current_setting('server_version_num')::int / 10000")
        ).scalar_one()
    installed = binaries.at_least(major)
    url = database.engine.url
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    target = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(
        [installed.program(program), *([f"--dbname={target}"] if connect else []), *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **password, "PGOPTIONS": "-c client_min_messages=warning"},
    )
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
