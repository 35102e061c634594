"""The lines of CSV and NDJSON files, one at a time, packed with gzip or not."""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

CHUNK: Final = 1 << 20
DELIMITERS: Final = (",", ";", "\t", "|")
CSV: Final = (".csv", ".tsv", ".txt")
NDJSON: Final = (".ndjson", ".jsonl")

csv.field_size_limit(CHUNK)


class LinesError(Exception):
    """The file cannot be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """A record as a file gives it, or why it gives none; `number` counts the file's records from 1."""

    file: str
    number: int
    values: Mapping[str, str]
    problem: str | None = None


def of(paths: Iterable[Path], needed: str) -> Iterator[Line]:
    """All lines of these files in order. Raises LinesError, also when a table lacks the column `needed`."""
    for path in paths:
        ending = Path(path.name.removesuffix(".gz")).suffix.lower()
        if ending not in CSV + NDJSON:
            raise LinesError(f"{path.name}: known endings are {', '.join(CSV + NDJSON)}, also with .gz.")
        with _opened(path) as text:
            try:
                yield from _rows(text, path.name, needed) if ending in CSV else _objects(text, path.name)
            except UnicodeDecodeError as error:
                raise LinesError(f"{path.name} is not UTF-8: {error.reason}.") from error
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
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while chunk := file.read(CHUNK):
                total += chunk.count(b"\n")
    return total


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(text: IO[str], name: str, needed: str) -> Iterator[Line]:
    first = text.readline(CHUNK)
    delimiter = max(DELIMITERS, key=first.count)
    columns = next(csv.reader([first], delimiter=delimiter), [])
    if needed not in columns:
        raise LinesError(f"{name} has no column {needed!r}; it has {', '.join(columns)}.")
    for number, row in enumerate(csv.reader(text, delimiter=delimiter), start=1):
        if len(row) == len(columns):
            yield Line(name, number, dict(zip(columns, row, strict=True)))
        else:
            yield Line(name, number, {}, f"It has {len(row)} columns, the table has {len(columns)}.")


def _objects(text: IO[str], name: str) -> Iterator[Line]:
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if isinstance(found, dict):
            said = {column: value for column, value in found.items() if value is not None}
            yield Line(name, number, {c: v if isinstance(v, str) else json.dumps(v) for c, v in said.items()})
        else:
            yield Line(name, number, {}, "It is no JSON object.")
