"""What is wrong with a file or a line is told in a sentence, whatever it is."""

import gzip
from pathlib import Path

import pytest

from gateway.imports import lines
from gateway.imports.lines import LinesError


def problems(path: Path, text: str) -> list[tuple[int, str | None]]:
    """What is wrong with each line of a file with this text."""
    path.write_text(text, encoding="utf-8")
    return [(line.number, line.problem) for line in lines.of([path], "id")]


def test_half_a_letter_makes_its_line_a_reject(tmp_path: Path) -> None:
    """No database takes it, and the lines behind it are to be loaded."""
    found = problems(tmp_path / "crm.ndjson", '{"id": "1", "name": "An\\ud800na"}\n{"id": "2"}\n')
    assert found == [(1, "'name' holds half of a letter: write the file anew in UTF-8."), (2, None)]


def test_a_line_that_never_ends_its_brackets_is_a_reject(tmp_path: Path) -> None:
    """However deep they are."""
    found = problems(tmp_path / "crm.ndjson", "[" * 100_000 + '\n{"id": "2"}\n')
    assert found == [(1, "It is no JSON object."), (2, None)]


def test_a_list_is_several_values_and_an_object_none(tmp_path: Path) -> None:
    """An object is told where it is asked for; in a column that nobody reads it may stand."""
    lists = '{"id": ["1"], "mail": ["a@a.org", null, 7], "first": [], "other": {"a": 1}}'
    path = tmp_path / "crm.ndjson"
    path.write_text(f'{lists}\n{{"id": {{"a": 1}}}}\n{{"id": 3, "mail": [{{"a": 1}}]}}\n', encoding="utf-8")
    found = list(lines.of([path], "id", "mail"))
    assert found[0].values == {"id": "1", "mail": ("a@a.org", "7"), "other": '{"a": 1}'}
    assert [line.problem for line in found[1:]] == [
        "'id' holds an object, not a value.",
        "'mail' holds an object, not a value.",
    ]


def test_an_empty_table_says_what_is_missing(tmp_path: Path) -> None:
    """There is no column to name."""
    with pytest.raises(LinesError, match=r"crm\.csv is empty: its first line must name the columns\."):
        problems(tmp_path / "crm.csv", "")


def test_a_table_has_every_column_that_is_read(tmp_path: Path) -> None:
    """Else a misspelt column would take from each record what it holds."""
    path = tmp_path / "crm.csv"
    path.write_text("id,first\n1,Anna\n", encoding="utf-8")
    with pytest.raises(LinesError, match="no column 'firstname'; it has id, first"):
        list(lines.of([path], "id", "firstname"))


def test_a_column_stands_once(tmp_path: Path) -> None:
    """Of two nobody can say which is meant."""
    with pytest.raises(LinesError, match="has 2 columns 'id': rename them"):
        problems(tmp_path / "crm.csv", "id,id\n1,2\n")


@pytest.mark.parametrize("packed", [b"id,first", gzip.compress(b"id,first\n1,Anna\n")[:-12]])
def test_a_file_that_is_not_packed_whole_is_refused(tmp_path: Path, packed: bytes) -> None:
    """As it is read, and as its lines are counted."""
    path = tmp_path / "crm.csv.gz"
    path.write_bytes(packed)
    with pytest.raises(LinesError, match=r"crm\.csv\.gz cannot be read"):
        list(lines.of([path], "id"))
    with pytest.raises(LinesError, match=r"crm\.csv\.gz cannot be read"):
        lines.count([path])
