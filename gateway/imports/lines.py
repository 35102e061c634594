"""The lines of CSV, NDJSON and Parquet files, one at a time; texts may be packed with gzip."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from gateway.imports import parquet

CHUNK: Final = 1 << 20
DELIMITERS: Final = (",", ";", "\t", "|")
CSV: Final = (".csv", ".tsv", ".txt")
NDJSON: Final = (".ndjson", ".jsonl")

csv.field_size_limit(CHUNK)


Value = str | tuple[str, ...]
"""What a column holds; several where a list does."""


class LinesError(Exception):
    """The file cannot be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """A record as a file gives it, or why it gives none; `number` counts the file's records from 1."""

    file: str
    number: int
    values: Mapping[str, Value]
    problem: str | None = None


def of(paths: Iterable[Path], *needed: str) -> Iterator[Line]:
    """All lines of these files in order. Raises LinesError, also when a table lacks a needed column."""
    for path in paths:
        if path.suffix.lower() == parquet.ENDING:
            yield from _columnar(path, needed)
            continue
        ending = Path(path.name.removesuffix(".gz")).suffix.lower()
        if ending not in CSV + NDJSON:
            known = ", ".join(CSV + NDJSON)
            raise LinesError(f"{path.name}: known endings are {known}, also with .gz, and {parquet.ENDING}.")
        with _unpacked(path), _opened(path) as text:
            try:
                yield from (
                    _rows(text, path.name, needed) if ending in CSV else _objects(text, path.name, needed)
                )
            except UnicodeDecodeError as error:
                raise LinesError(
                    f"{path.name} is not UTF-8: {error.reason}. Write it anew in UTF-8, as by iconv -t UTF-8."
                ) from error
            except csv.Error as error:
                raise LinesError(f"{path.name} cannot be read: {error}.") from error


def digest(paths: Iterable[Path]) -> bytes:
    """What tells these files from others: their content."""
    found = sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                found.update(chunk)
    return found.digest()


def count(paths: Iterable[Path]) -> int:
    """About how many lines there are, for those who wait."""
    total = 0
    for path in paths:
        if path.suffix.lower() == parquet.ENDING:
            with _readable():
                total += parquet.count(path)
            continue
        with _unpacked(path), gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while chunk := file.read(CHUNK):
                total += chunk.count(b"\n")
    return total


def _columnar(path: Path, needed: Iterable[str]) -> Iterator[Line]:
    with _readable():
        _check(path.name, needed, parquet.columns(path))
        for number, values in enumerate(parquet.rows(path), start=1):
            yield _line(path.name, number, values, needed)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except parquet.ParquetError as error:
        raise LinesError(str(error)) from error


@contextmanager
def _unpacked(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        raise LinesError(f"{path.name} cannot be read: {error}.") from error


def _check(name: str, needed: Iterable[str], columns: Sequence[str]) -> None:
    """Whether a table has the columns: one that a mapping misspells would take from every record what it
    holds. Raises LinesError.
    """
    if not any(columns):
        raise LinesError(f"{name} is empty: its first line must name the columns.")
    for column in needed:
        if column not in columns:
            raise LinesError(f"{name} has no column {column!r}; it has {', '.join(columns)}.")
        if columns.count(column) > 1:
            raise LinesError(f"{name} has {columns.count(column)} columns {column!r}: rename them.")


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(text: IO[str], name: str, needed: Iterable[str]) -> Iterator[Line]:
    first = text.readline(CHUNK)
    delimiter = max(DELIMITERS, key=first.count)
    columns = next(csv.reader([first], delimiter=delimiter), [])
    _check(name, needed, columns)
    for number, row in enumerate(csv.reader(text, delimiter=delimiter), start=1):
        if len(row) == len(columns):
            yield Line(name, number, dict(zip(columns, row, strict=True)))
        else:
            yield Line(name, number, {}, f"It has {len(row)} columns, the table has {len(columns)}.")


def _objects(text: IO[str], name: str, needed: Iterable[str]) -> Iterator[Line]:
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield _line(name, number, found, needed)
        else:
            yield Line(name, number, {}, "It is no JSON object.")


def _line(name: str, number: int, said: Mapping[str, Any], needed: Iterable[str]) -> Line:
    """A line of columns that may hold texts, numbers, lists and objects."""
    nested = next((column for column in needed if _is_nested(said.get(column))), None)
    if nested is not None:
        return Line(name, number, {}, f"{nested!r} holds an object, not a value.")
    values = {column: value for column in said if (value := _value(said[column])) is not None}
    halved = next((column for column, value in values.items() if _is_halved(value)), None)
    if halved is not None:
        return Line(name, number, {}, f"{halved!a} holds half of a letter: write the file anew in UTF-8.")
    return Line(name, number, values)


def _is_nested(said: object) -> bool:
    return isinstance(said, dict) or (
        isinstance(said, list) and any(isinstance(each, dict | list) for each in said)
    )


def _value(said: object) -> Value | None:
    """A list of one value is that value, and an empty one says nothing."""
    if said is None or isinstance(said, str):
        return said
    if not isinstance(said, list) or _is_nested(said):
        return json.dumps(said)
    several = tuple(each if isinstance(each, str) else json.dumps(each) for each in said if each is not None)
    return several if len(several) > 1 else next(iter(several), None)


def _is_halved(value: Value) -> bool:
    """Whether a text holds a surrogate without its other half, which no database takes."""
    return any("\ud800" <= letter <= "\udfff" for text in value for letter in text)
