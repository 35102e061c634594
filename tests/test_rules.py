"""Rules of the house that a reader would otherwise have to watch for. Import directions are checked by
import-linter.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOMAINS = ("identity", "offers")
PACKAGES = (*DOMAINS, "gateway")

SPEAKS_SQL = re.compile(r"(^|_)(store|stores|tables|ledger|read|reads|schema|driver)(_|$)")
"""A module (or the package it is in) with such a word in its name may hold SQL."""

HOLDS_CONNECTIONS = {"database", "migrations", "metadata", "backup", "doctor", "worker", "sessions"}
"""Modules of the door that look after the database itself."""

TRANSLATES_ERRORS = {"questions", "refusals"}
"""Modules of the door that turn the driver's errors into answers."""

MAY_BE_NAMED = {"Connection", "Engine", "Row", "RowMapping", "exc", "SQLAlchemyError", "DBAPICursor"}
"""What others may import: the types of what they pass on and the errors they translate."""


def test_only_stores_speak_sql() -> None:
    """A reader who asks what reaches the database finds it in modules that say so in their name."""
    told = [
        f"{_name(path)}: {alias}"
        for path in _sources(*PACKAGES)
        if not _may_speak_sql(path)
        for alias in _sql_names(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not told


def test_domains_have_no_clock_no_chance_and_no_environment() -> None:
    """Time, randomness and settings come in as values, so every decision can be repeated."""
    forbidden = {
        "now",
        "utcnow",
        "today",
        "time",
        "uuid4",
        "uuid7",
        "getenv",
        "random",
        "randint",
    }
    told = [
        f"{_name(path)}:{node.lineno}: {ast.unparse(node.func)}()"
        for path in _sources(*DOMAINS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "dt", "date", "time", "uuid", "random", "os", "secrets"}
        and node.func.attr in forbidden
    ]
    told += [
        f"{_name(path)}: os.environ"
        for path in _sources(*DOMAINS)
        if "os.environ" in path.read_text(encoding="utf-8")
    ]
    assert not told


def test_domains_do_not_commit() -> None:
    """One transaction per request, opened and ended at the door."""
    ends = re.compile(r"\.(commit|rollback|begin)\(\)")
    told = [
        f"{_name(path)}:{number}: {line.strip()}"
        for path in _sources(*DOMAINS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if ends.search(line)
    ]
    assert not told


def test_files_are_small() -> None:
    """One idea each; five hundred lines are the end of it."""
    told = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in _sources(*PACKAGES, "tests", "alembic", "bench")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    ]
    assert not told


def test_no_module_is_a_drawer() -> None:
    """A name that fits everything says nothing."""
    drawers = {"utils", "util", "helpers", "common", "manager", "base", "misc"}
    assert not [_name(path) for path in _sources(*PACKAGES) if drawers & set(path.stem.split("_"))]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_has_its_place(package: str) -> None:
    """A room that no contract names imports what it likes; one that no map shows is found by chance."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in contracts["contracts"] if one.get("containers") == [package])
    shown = re.findall(r"`(\w+)/`", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    rooms = {init.parent.name for init in (ROOT / package).glob("*/__init__.py")}
    assert rooms == set(layers)
    assert rooms <= set(shown)


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is told by the machine's configuration."""
    lists = re.compile(
        r"^\s*(--)?(extra-)?index-url|^\s*--find-links|https?://\S*(/simple|pythonhosted)", re.MULTILINE
    )
    files = [*ROOT.glob("requirements*.lock"), ROOT / "pyproject.toml", ROOT / "Makefile"]
    assert not [file.name for file in files if lists.search(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("folder", ["tests", "alembic"])
def test_folders_that_are_no_packages(folder: str) -> None:
    """tests/ is imported by path; alembic/ would shadow the library of that name."""
    assert not list((ROOT / folder).rglob("__init__.py"))


def _sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _may_speak_sql(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return any(SPEAKS_SQL.search(part) for part in parts[1:]) or (
        parts[0] == "gateway" and not (HOLDS_CONNECTIONS | TRANSLATES_ERRORS).isdisjoint(parts)
    )


def _sql_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {
            "sqlalchemy",
            "psycopg2",
        }:
            yield from (
                alias.name
                for alias in node.names
                if alias.name not in MAY_BE_NAMED and node.module != "sqlalchemy.exc"
            )
        if isinstance(node, ast.Import):
            yield from (
                alias.name
                for alias in node.names
                if alias.name.split(".")[0] in {"sqlalchemy", "psycopg2"} and alias.name != "sqlalchemy.exc"
            )
