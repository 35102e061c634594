"""What a file's columns say of a record."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from identity import policy
from identity.bulk import files, mapping
from identity.bulk.errors import FileError
from identity.bulk.link import Intake, bring_in
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import shipped

ROWS = [
    {"key": "1", "latin": "Olga Huber", "own": "Ольга Губер"},
    {"key": "2", "latin": "", "own": "李伟"},
    {"key": "3", "latin": "  ", "own": "Anna Maier"},
    {"key": "4", "latin": "Bernd Maier", "own": ""},
    {"key": "5", "latin": "", "own": ""},
]


def _csv(path: Path) -> Path:
    lines = [",".join(ROWS[0]), *(",".join(row.values()) for row in ROWS)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _ndjson(path: Path) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def _parquet(path: Path) -> Path:
    source = _ndjson(path.with_suffix(".ndjson"))
    duckdb.execute(f"COPY (SELECT * REPLACE (key::VARCHAR AS key) FROM '{source}') TO '{path}'")
    return path


@pytest.mark.parametrize("write", [_csv, _ndjson, _parquet])
def test_of_several_columns_the_first_that_says_something_counts(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    """A name in Latin letters, or else in the shopper's own script."""
    by = policy.load()
    path = write(tmp_path / f"people.{write.__name__[1:]}")
    intake = Intake(files.sources([path]), mapping.parse(["latin=full_name", "own=full_name"], by), "key")
    equipment = Equipment(Reading(by), shipped.default())
    with workbench(Resources()) as con, Workforce(1, equipment, Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        found = con.execute("SELECT given_name, family_name FROM record ORDER BY record_key").fetchall()
    assert found == [
        ("olga", "huber"),
        ("wei", "li"),
        ("anna", "maier"),
        ("bernd", "maier"),
        (None, None),
    ]


def test_a_line_that_is_no_row_is_told_once_and_counted(tmp_path: Path) -> None:
    """However many columns it lacks; what stands behind it keeps the number that an editor shows."""
    by = policy.load()
    path = tmp_path / "people.csv"
    path.write_text("key,name,mail\n1\n2,Anna,x\n3,Anna,x,y,z\n4,Anna,x\n5,Anna,\n", encoding="utf-8")
    intake = Intake(files.sources([path]), mapping.parse(["name=given_name", "mail=email"], by), "key")
    equipment = Equipment(Reading(by), shipped.default())
    with workbench(Resources()) as con, Workforce(1, equipment, Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        found = con.execute("SELECT row, record_key, reason FROM reject ORDER BY row").fetchall()
    assert found == [
        (1, None, "The line is no row of the table: missing columns."),
        (2, "2", "The value is no email."),
        (3, None, "The line is no row of the table: too many columns."),
        (4, "4", "The value is no email."),
    ]


def test_an_object_is_no_value(tmp_path: Path) -> None:
    """In NDJSON it is told and left out alone, in place of the id with its line; of a list all count."""
    by = policy.load()
    path = tmp_path / "people.ndjson"
    lines = [
        {"key": "1", "name": "Anna", "mail": ["a@example.org", "b@example.org"]},
        {"key": {"a": 1}, "name": "Anna", "mail": "c@example.org"},
        {"key": "3", "name": {"a": 1}, "mail": [{"a": 1}]},
        {"key": ["4", "5"], "name": "Anna", "mail": "c@example.org"},
        {"key": [6], "name": "Anna", "mail": "c@example.org"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    intake = Intake(files.sources([path]), mapping.parse(["name=given_name", "mail=email"], by), "key")
    equipment = Equipment(Reading(by), shipped.default())
    with workbench(Resources()) as con, Workforce(1, equipment, Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        records = con.execute("SELECT record_key, given_name FROM record ORDER BY 1").fetchall()
        shown = con.execute("SELECT value FROM shown ORDER BY 1").fetchall()
        told = con.execute("SELECT row, field, reason FROM reject ORDER BY row, field").fetchall()
    assert records == [("1", "anna"), ("3", None), ("6", "anna")]
    assert shown == [("a@example.org",), ("b@example.org",), ("c@example.org",)]
    assert told == [
        (2, "key", "It is an object, not a value."),
        (3, "mail", "It is an object, not a value."),
        (3, "name", "It is an object, not a value."),
        (4, "key", "A record has one id."),
    ]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("{'a': 1} AS key, 'x' AS mail", r"'key' holds no values but STRUCT\(a INTEGER\)"),
        ("['1'] AS key, 'x' AS mail", r"'key' holds no values but VARCHAR\[\]"),
        ("'1' AS key, [{'a': 1}] AS mail", r"'mail' holds no values but STRUCT"),
        ("'1' AS key, MAP {'a': 1} AS mail", r"'mail' holds no values but MAP"),
    ],
)
def test_a_table_of_objects_is_refused(tmp_path: Path, made: str, told: str) -> None:
    """Parquet says beforehand what a column holds."""
    by = policy.load()
    path = tmp_path / "people.parquet"
    duckdb.execute(f"COPY (SELECT {made}) TO '{path}'")
    intake = Intake(files.sources([path]), mapping.parse(["mail=email"], by), "key")
    equipment = Equipment(Reading(by), shipped.default())
    with (
        workbench(Resources()) as con,
        Workforce(1, equipment, Silent()) as workforce,
        pytest.raises(FileError, match=told),
    ):
        bring_in(con, intake, workforce, Silent())
