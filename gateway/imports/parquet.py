"""The rows of Parquet files, one at a time, as texts, lists and objects like those of other files."""

import datetime as dt
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

BATCH: Final = 5_000
ENDING: Final = ".parquet"


class ParquetError(Exception):
    """The file cannot be read."""


def columns(path: Path) -> list[str]:
    """The names of the columns. Raises ParquetError."""
    return list(_opened(path).schema_arrow.names)


def count(path: Path) -> int:
    """How many rows there are. Raises ParquetError."""
    return int(_opened(path).metadata.num_rows)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """What stands in each row, without what is absent. Raises ParquetError."""
    for row in _read(path):
        yield {name: _plain(value) for name, value in row.items() if value is not None}


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        for batch in _opened(path).iter_batches(BATCH):
            yield from batch.to_pylist()
    except (OSError, ValueError) as error:  # what pyarrow raises is a ValueError too
        raise _unreadable(path, error) from error


def _opened(path: Path) -> Any:
    try:
        return import_module("pyarrow.parquet").ParquetFile(path)
    except ImportError as error:
        raise ParquetError("Parquet needs pyarrow: pip install 'o2o-gateway[bulk]'.") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ParquetError:
    return ParquetError(f"{path.name} cannot be read: {str(error).splitlines()[0]}")


def _plain(value: Any) -> Any:
    match value:
        case list() | tuple():
            return [_plain(each) for each in value if each is not None]
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case bytes():
            return value.decode("utf-8", "replace")
        case dt.date() | dt.time():
            return value.isoformat()
        case bool() | int() | float():
            return json.dumps(value)
    return str(value)
