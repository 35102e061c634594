"""Parquet files are read as the same table would be from a CSV file."""

import datetime as dt
import decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from gateway.imports import lines
from gateway.imports.lines import LinesError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two customers, one of them with a number for a name and two addresses."""
    path = tmp_path / "crm.parquet"
    rows = [
        {"customer": 7, "first": "Anna", "born": dt.date(1990, 1, 31), "mail": ["a@a.org", "b@b.org"]},
        {"customer": 8, "first": None, "born": None, "mail": None},
    ]
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_every_value_is_a_text(table: Path) -> None:
    """Numbers and dates are written as NDJSON would write them; a list is several, what is absent is not."""
    first, second = lines.of([table], "customer")
    assert first.values == {
        "customer": "7",
        "first": "Anna",
        "born": "1990-01-31",
        "mail": ("a@a.org", "b@b.org"),
    }
    assert (second.number, second.values) == (2, {"customer": "8"})


def test_numbers_with_decimals_and_bytes_are_texts_too(tmp_path: Path) -> None:
    """As they read, without quotes of another language around them."""
    path = tmp_path / "crm.parquet"
    row = {"customer": decimal.Decimal("7.00"), "mail": "jürgen@a.org".encode(), "at": dt.time(9, 30)}
    parquet.write_table(pa.Table.from_pylist([row]), path)
    (found,) = lines.of([path], "customer")
    assert found.values == {"customer": "7.00", "mail": "jürgen@a.org", "at": "09:30:00"}


def test_rows_are_counted(table: Path) -> None:
    """Who waits is told how many there are."""
    assert lines.count([table]) == 2


def test_a_table_without_the_key_is_refused(table: Path) -> None:
    """The sentence names the columns that there are."""
    with pytest.raises(LinesError, match="no column 'number'; it has customer, first, born, mail"):
        list(lines.of([table], "number"))


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """The file is named, in a sentence."""
    path = tmp_path / "crm.parquet"
    path.write_bytes(b"customer;first")
    with pytest.raises(LinesError, match=r"crm\.parquet cannot be read"):
        list(lines.of([path], "customer"))
