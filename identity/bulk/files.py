"""The files that are joined, and the values in which a run may be told how to read them."""

import codecs
import csv
import gzip
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from identity.bulk.errors import FileError

DELIMITERS: Final = (",", ";", "\t", "|")
CHUNK: Final = 1 << 20


class Format(StrEnum):
    """What a file's ending says of its content."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


_ENDINGS: Final = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".parquet": Format.PARQUET,
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and the source that its records are said to come from: its name without endings."""

    path: Path
    source: str
    format: Format


def sources(paths: Iterable[Path]) -> tuple[SourceFile, ...]:
    """The files as sources. Raises FileError when two have one name or an ending says nothing."""
    found: dict[str, SourceFile] = {}
    for path in paths:
        one = _source(path)
        if one.source in found:
            raise FileError(
                f"{path} and {found[one.source].path} would both be the source {one.source!r}: rename one."
            )
        found[one.source] = one
    return tuple(found.values())


def _source(path: Path) -> SourceFile:
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    is_packed = bool(endings) and endings[-1] == ".gz"
    kind = _ENDINGS.get(endings[-2] if is_packed and len(endings) > 1 else endings[-1] if endings else "")
    if kind is None or (is_packed and kind is Format.PARQUET):
        known = ", ".join(_ENDINGS)
        raise FileError(f"{path.name}: the ending says not what it is; known are {known}, also with .gz.")
    name = path.name.removesuffix(path.suffix) if is_packed else path.name
    return SourceFile(path, Path(name).stem, kind)


@contextmanager
def in_utf8(path: Path, encoding: str) -> Iterator[Path]:
    """The path of the same text in UTF-8: itself, or a copy that lives as long as the context."""
    try:
        is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    except LookupError:
        raise FileError(f"There is no encoding {encoding!r}.") from None
    if is_utf8:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="o2o-") as folder:
        copy = Path(folder) / "utf8"
        try:
            with open_text(path, encoding) as source, copy.open("w", encoding="utf-8", newline="") as target:
                while text := source.read(CHUNK):
                    target.write(text)
        except UnicodeDecodeError as error:
            raise FileError(f"{path.name} is not {encoding}: {error.reason}.") from error
        yield copy


def open_text(path: Path, encoding: str) -> IO[str]:
    """The file's text, unpacked where needed, line ends as they are."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a CSV file, in order, and what stands between them."""

    columns: tuple[str, ...]
    delimiter: str


def header(path: Path, name: str) -> Header:
    """The first line of a CSV file in UTF-8. Raises FileError."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as lines:
            first = lines.readline(CHUNK).decode("utf-8-sig")
        delimiter = max(DELIMITERS, key=first.count)
        columns = next(csv.reader([first], delimiter=delimiter), [])
    except UnicodeDecodeError:
        raise not_utf8(name, 1) from None
    except (OSError, csv.Error) as error:
        raise FileError(f"{name} cannot be read: {error}") from error
    if not any(columns):
        raise FileError(f"{name} is empty: its first line must name the columns.")
    return Header(tuple(columns), delimiter)


def not_utf8(name: str, line: int) -> FileError:
    """What to say of a file in another encoding."""
    return FileError(
        f"{name}: line {line} is not UTF-8. Say which encoding the file has, such as --encoding cp1252."
    )
