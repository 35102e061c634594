"""Which system account runs the server, and what that account can reach.

PostgreSQL refuses to run as root. Started by root, we use an account that is already there and step down to
it; nothing is added to the system and no folder's mode is widened. What the account cannot reach (a clone
below /root) is kept below /var/lib/o2o instead, and the home folder links to it.
"""

import contextlib
import grp
import os
import pwd
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from gateway.postgres.binaries import Binaries
from gateway.postgres.errors import PostgresError

SHELTER = Path("/var/lib/o2o")
"""Where root keeps what the account could not reach at home."""


class StepDown(TypedDict, total=False):
    """Keyword arguments of `subprocess` that make a child step down to another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether it is the account of this process, so that there is nothing to step down from."""
        return self.uid == os.geteuid()

    def process_options(self) -> StepDown:
        """What `subprocess` needs to step down to this account: keyword arguments, empty when it is our
        own.
        """
        return {} if self.is_ours else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Makes the account the owner of this path."""
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)


def for_folder(data: Path) -> Account:
    """The account for this data folder: its owner when it exists; a new one's is ours, or for root a
    harmless one.
    """
    if data.exists():
        return _owner(data)
    if os.geteuid() != 0:
        return for_uid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL does not run as root and there is neither an account `postgres` nor `nobody`: "
        "start the gateway as an ordinary user or set DATABASE_URL"
    )


def for_uid(uid: int) -> Account:
    """The account of this user id. Raises PostgresError when the machine has no name for it."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(
            f"user id {uid} has no account on this machine; PostgreSQL needs one: set DATABASE_URL"
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def reaches(account: Account, folder: Path) -> bool:
    """Whether the account may enter this folder, judged by the modes on the way to it."""
    groups = {account.gid, *(group.gr_gid for group in grp.getgrall() if account.name in group.gr_mem)}
    resolved = folder.resolve()
    return all(
        _enters(account, groups, step.stat()) for step in (resolved, *resolved.parents) if step.exists()
    )


def shelter(name: str) -> Path:
    """A new folder for something root's home hides from the account."""
    place = SHELTER / f"{name}-{secrets.token_hex(4)}"
    place.mkdir(parents=True)
    for folder in (SHELTER, place):
        folder.chmod(0o755)  # whatever the umask says
    return place


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """Programs the account may run: these, or a copy of them it can reach."""
    if reaches(account, binaries.folder):
        return binaries
    if not binaries.movable:
        raise PostgresError(f"the account {account.name} cannot reach {binaries.folder}; set DATABASE_URL")
    installed = binaries.folder.parent
    changed_ns = (binaries.folder / "postgres").stat().st_mtime_ns
    copy = SHELTER / f"postgresql-{binaries.major}-{changed_ns:x}"
    if not copy.exists():
        fresh = shelter("copy")
        _copy_installation(installed, fresh)
        with contextlib.suppress(OSError):  # another starter was quicker; its copy is as good
            fresh.rename(copy)
        shutil.rmtree(fresh, ignore_errors=True)
    return Binaries(copy / installed.parent.name / installed.name / "bin", binaries.major, movable=True)


def _copy_installation(installed: Path, place: Path) -> None:
    """Copies programs and the libraries they load from beside their package (see the wheel's run path)."""
    package = installed.parent
    libraries = [package.with_name(f"{package.name}.libs"), package / ".dylibs"]
    for tree in (installed, *filter(Path.is_dir, libraries)):
        shutil.copytree(tree, place / tree.relative_to(package.parent), symlinks=True)
    _open_to_all(place)


def _owner(data: Path) -> Account:
    account = for_uid(data.stat().st_uid)
    if account.uid == 0:
        raise PostgresError(
            f"{data} belongs to root, as whom PostgreSQL does not run; give it to its account again"
        )
    if not account.is_ours and os.geteuid() != 0:
        raise PostgresError(
            f"{data} belongs to {account.name}; start the gateway as that user, as root, or set O2O_HOME"
        )
    return account


def _enters(account: Account, groups: set[int], status: os.stat_result) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid in groups:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _open_to_all(tree: Path) -> None:
    """Lets everybody read what its owner reads and run what its owner runs: programs hold no secrets."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & stat.S_IXUSR else 0))
