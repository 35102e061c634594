"""The data folder: where it is, whose it is, and how a new one is made.

    home/postgres/          lock files and the launcher's log, ours
    home/postgres/cluster/  the account's: `data` and `socket`; a link when the account cannot reach the
    home folder

A cluster appears complete under its name: it is made beside it and renamed at the end, so a killed start
leaves nothing half.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.postgres import account, binaries, children, tuning
from gateway.postgres.account import Account
from gateway.postgres.binaries import Binaries
from gateway.postgres.errors import PostgresError

ROLE = "o2o"
"""The role the gateway works as. It owns the database and may create others, but is no superuser."""

DATABASE = "o2o"

LOG = "launcher.log"
"""Where the launcher's folder keeps what was said during the last start."""

LONGEST_SOCKET_PATH = 103
"""Bytes a socket's path may have on every system we run on (macOS allows the fewest)."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An initialised data folder and what is needed to start a server on it."""

    place: Path
    socket: Path
    account: Account
    binaries: Binaries

    @property
    def data(self) -> Path:
        """The folder PostgreSQL calls PGDATA."""
        return self.place / "data"

    @property
    def url(self) -> str:
        """The address of our database on this cluster."""
        return f"postgresql+psycopg2://{ROLE}@/{DATABASE}?host={self.socket}"


def folder(home: Path) -> Path:
    """The launcher's own folder below this home; made when it is not there."""
    launcher = home / "postgres"
    launcher.mkdir(parents=True, exist_ok=True)
    return launcher


def prepare(home: Path, *, durable: bool) -> Cluster:
    """The cluster of this home, made first when there is none, with its configuration written afresh. The
    caller holds the start lock.
    """
    place = _place(home)
    data = place / "data"
    owner = account.for_folder(data if data.exists() else place)
    programs = account.reachable(binaries.find(_major(data)), owner)
    if not data.exists():
        _initialise(place, owner, programs)
    cluster = Cluster(place, _socket_folder(place, owner), owner, programs)
    _configure(cluster, durable=durable)
    return cluster


def existing(home: Path) -> Cluster | None:
    """The cluster of this home as the last start left it, or None when there is none yet."""
    place = (home / "postgres" / "cluster").resolve()
    if not (place / "data").exists():
        return None
    owner = account.for_folder(place / "data")
    programs = account.reachable(binaries.find(_major(place / "data")), owner)
    return Cluster(place, (place / "socket").resolve(), owner, programs)


def status(cluster: Cluster) -> tuple[int, str] | None:
    """Process id and state a server wrote into its pid file, None when there is none. It may be stale."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        return int(lines[0]), lines[7].strip()
    except (FileNotFoundError, IndexError, ValueError):
        return None


def discard(home: Path) -> None:
    """Removes the cluster of this home with all its data. The server must be stopped."""
    link = home / "postgres" / "cluster"
    place = link.resolve()
    shutil.rmtree((place / "socket").resolve(), ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(home / "postgres", ignore_errors=True)


def _place(home: Path) -> Path:
    link = folder(home) / "cluster"
    if not link.is_symlink() and not link.exists():
        owner = account.for_folder(link)
        if account.reaches(owner, link.parent):
            link.mkdir(mode=0o700)
            owner.own(link)
        else:
            sheltered = account.shelter("cluster")
            sheltered.chmod(0o700)
            owner.own(sheltered)
            link.symlink_to(sheltered)
    place = link.resolve()
    if not place.is_dir():
        raise PostgresError(f"{link} leads to {place}, which is not there; bring it back or remove {link}")
    return place


def _major(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def _initialise(place: Path, owner: Account, programs: Binaries) -> None:
    for unfinished in place.glob("fresh-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    fresh = place / f"fresh-{secrets.token_hex(4)}"
    arguments = ["--pgdata", str(fresh), "--username", "postgres", "--encoding", "UTF8", "--locale", "C"]
    arguments += ["--auth", "reject", "--data-checksums"]
    children.run(programs.program("initdb"), arguments, owner, place)
    statements = [
        f"CREATE ROLE {ROLE} LOGIN CREATEDB",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
    ]
    children.run(
        programs.program("postgres"),
        ["--single", "-D", str(fresh), "postgres"],
        owner,
        place,
        "\n".join(statements) + "\n",
    )
    fresh.rename(place / "data")


def _socket_folder(place: Path, owner: Account) -> Path:
    link = place / "socket"
    if len(os.fsencode(link / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH and not link.exists():
        link.unlink(missing_ok=True)  # the short folder it led to is gone
        link.symlink_to(tempfile.mkdtemp(prefix="o2o-", dir="/tmp"))  # mkdtemp makes it private
    if not link.exists():
        link.mkdir(mode=0o700)
    socket = link.resolve()
    owner.own(socket)
    return socket


def _configure(cluster: Cluster, *, durable: bool) -> None:
    # Who may connect is told by the kernel, not by a password: the account itself, root, and nobody else.
    allowed = {cluster.account.name, account.for_uid(os.geteuid()).name}
    _write(
        cluster,
        {
            "postgresql.conf": tuning.configuration(
                memory_mb=tuning.memory_mb(), socket_folder=cluster.socket, durable=durable
            ),
            "pg_hba.conf": "local all all peer map=o2o\n",
            "pg_ident.conf": "".join(
                f"o2o {name} {role}\n" for name in sorted(allowed) for role in (ROLE, "postgres")
            ),
        },
    )


def _write(cluster: Cluster, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = cluster.data / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        cluster.account.own(path)
