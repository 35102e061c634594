"""Files brought into the workbench as they are: every value as text, `""` where there is none.

Tables: `line` (source, row, record_key, an `a_` column for each mapped attribute, an `i_` column for each
mapped identifier column, several values of one cell parted by U+001F) and `reject` (source, row, record_key,
field, reason). A row is the number of the record in its file, from 1.
"""

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Final

import duckdb

from identity.bulk.errors import FileError
from identity.bulk.files import Format, SourceFile, header, in_utf8, not_utf8
from identity.bulk.mapping import Mapping
from identity.bulk.store_workbench import DuckDBPyConnection, count, quoted

BETWEEN: Final = "chr(31)"
LINE_BYTES_MAX: Final = 16 << 20
KEY_LENGTH_MAX: Final = 256
DUPLICATES_SHOWN: Final = 3

_NESTED: Final = re.compile(r"STRUCT\(|MAP\(|UNION\(|\]\[")
"""DuckDB's types of columns that hold objects, or lists of lists."""

Wanted = tuple[tuple[str, ...], ...]
"""The columns of which the first that says something is one column of `line`."""

_INTO_LINE: Final = "INSERT INTO line SELECT ?, row_number() OVER (), {values} FROM {table}"
_COUNT_REJECTED: Final = (
    "UPDATE line SET row = row + (SELECT count(*) FROM"
    " (SELECT row - row_number() OVER (ORDER BY row) AS passed FROM reject WHERE source = ?)"
    " WHERE passed < line.row) WHERE source = ?"
)
"""Rows are numbered as they stand in the file, lines that are none among them."""


def read(
    con: DuckDBPyConnection, files: tuple[SourceFile, ...], mapping: Mapping, *, key: str, encoding: str
) -> int:
    """Brings the files in and returns the number of records that can be used. Raises FileError."""
    columns = ", ".join(f"{name} VARCHAR" for name in _names(mapping))
    con.execute(f"CREATE TABLE line (source VARCHAR, row BIGINT, record_key VARCHAR, {columns})")
    con.execute(
        "CREATE TABLE reject (source VARCHAR, row BIGINT, record_key VARCHAR, field VARCHAR, reason VARCHAR)"
    )
    wanted = ((key,), *mapping.columns_of.values(), *((column,) for _, column in mapping.identifiers))
    for file in files:
        try:
            _READERS[file.format](con, file, wanted, encoding)
        except duckdb.Error as error:
            raise FileError(f"{file.path.name} cannot be read: {_first_sentence(error)}") from error
    _refuse_keys(con, key)
    return count(con, "line")


def _values(wanted: Wanted, said: Callable[[str], str]) -> str:
    """What stands in each column of `line`; `said` is how a column of the file is had as text."""
    return ", ".join(_first_of([said(column) for column in columns]) for columns in wanted)


def _first_of(texts: list[str]) -> str:
    *first, last = texts
    return f"coalesce({', '.join((*(_unless_blank(text) for text in first), last))}, '')"


def _unless_blank(text: str) -> str:
    return f"CASE WHEN trim({text}) <> '' THEN {text} END"


def _names(mapping: Mapping) -> list[str]:
    own = [f"a_{name}" for name in mapping.columns_of]
    return own + [f"i_{number}" for number in range(len(mapping.identifiers))]


def _read_csv(con: DuckDBPyConnection, file: SourceFile, wanted: Wanted, encoding: str) -> None:
    with in_utf8(file.path, encoding) as path:
        found = header(path, file.path.name)
        _check_columns(file, wanted, found.columns)
        names = [f"c{number}" for number in range(len(found.columns))]
        types = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
        table = (
            f"read_csv({_text(path)}, auto_detect=false, header=true, columns={types},"
            f" delim={_text(found.delimiter)},"
            f" quote='\"', escape='\"', strict_mode=true, store_rejects=true, max_line_size={LINE_BYTES_MAX},"
            f" compression={_packing(file, path)})"
        )
        values = _values(wanted, lambda column: names[found.columns.index(column)])
        con.execute(_INTO_LINE.format(values=values, table=table), [file.source])
        _take_csv_rejects(con, file)
        con.execute(_COUNT_REJECTED, [file.source, file.source])


def _take_csv_rejects(con: DuckDBPyConnection, file: SourceFile) -> None:
    """Lines that are no rows are told; a wrong encoding ends the run, because it is seldom one line's."""
    wrong = con.execute(
        "SELECT line FROM reject_errors WHERE error_type = 'INVALID ENCODING' ORDER BY 1 LIMIT 1"
    ).fetchall()
    if wrong:
        raise not_utf8(file.path.name, wrong[0][0])
    # A line that lacks several columns, or has several more, is told for each of them.
    con.execute(
        "INSERT INTO reject SELECT ?, line - 1, NULL, NULL, 'The line is no row of the table: ' ||"
        " lower(replace(min(error_type), '_', ' ')) || '.' FROM reject_errors GROUP BY line ORDER BY line",
        [file.source],
    )
    con.execute("DROP TABLE reject_errors")
    con.execute("DROP TABLE reject_scans")


def _read_ndjson(con: DuckDBPyConnection, file: SourceFile, wanted: Wanted, encoding: str) -> None:
    with in_utf8(file.path, encoding) as path:
        lines = (
            f"read_csv({_text(path)}, auto_detect=false, header=false, columns={{'text': 'VARCHAR'}},"
            " delim=chr(31),"
            f" quote='', escape='', store_rejects=true, max_line_size={LINE_BYTES_MAX},"
            f" compression={_packing(file, path)})"
        )
        con.execute(f"CREATE TEMP TABLE said AS SELECT row_number() OVER () AS row, text FROM {lines}")
        _take_csv_rejects(con, file)
    # Asked of a table of its own each time: within one query DuckDB may look into a text that is no JSON.
    con.execute("CREATE TEMP TABLE valid AS SELECT row, text::JSON AS text FROM said WHERE json_valid(text)")
    con.execute("CREATE TEMP TABLE object AS SELECT row, text FROM valid WHERE json_type(text) = 'OBJECT'")
    con.execute(
        "INSERT INTO reject SELECT ?, row, NULL, NULL, 'The line is no JSON object.' FROM said"
        " WHERE trim(text) <> '' AND row NOT IN (SELECT row FROM object)",
        [file.source],
    )
    for column in dict.fromkeys(chain(*wanted)):
        if not count(con, f"object WHERE text ->> {_pointer(column)} IS NOT NULL"):
            raise FileError(f"{file.path.name}: no line has a value of {column!r}.")
    has_nested = bool(count(con, "object WHERE regexp_matches((text::VARCHAR)[2:], '[{[]')"))
    if has_nested:
        _refuse_objects(con, file, wanted)
    values = _values(wanted, _json_value if has_nested else _plain_value)
    con.execute(f"INSERT INTO line SELECT ?, row, {values} FROM object", [file.source])
    for table in ("said", "valid", "object"):
        con.execute(f"DROP TABLE {table}")


def _pointer(column: str) -> str:
    return _text("/" + column.replace("~", "~0").replace("/", "~1"))


def _refuse_objects(con: DuckDBPyConnection, file: SourceFile, wanted: Wanted) -> None:
    """Objects are no values: one in place of an identifier or attribute is left out alone, one in place of
    the id, or several ids, with its line.
    """
    (key,), *_ = wanted
    for column in dict.fromkeys(chain(*wanted)):
        con.execute(
            f"INSERT INTO reject SELECT ?, row, (text ->> {_pointer(key)})[:64], ?,"
            f" 'It is an object, not a value.' FROM object WHERE {_is_nested(column)}",
            [file.source, column],
        )
    several = f"coalesce(json_array_length(text, {_pointer(key)}), 0) > 1"
    con.execute(
        f"INSERT INTO reject SELECT ?, row, NULL, ?, 'A record has one id.' FROM object"
        f" WHERE {several} AND NOT {_is_nested(key)}",
        [file.source, key],
    )
    con.execute(f"DELETE FROM object WHERE {several} OR {_is_nested(key)}")


def _is_nested(column: str) -> str:
    """Whether a column of an object holds an object, or a list with anything but plain values."""
    pointer = _pointer(column)
    listed = f"from_json(json_extract(text, {pointer}), '[\"JSON\"]')"
    return (
        f"(CASE json_type(text, {pointer}) WHEN 'OBJECT' THEN true WHEN 'ARRAY' THEN"
        f" list_has_any([json_type(each) for each in {listed}], ['OBJECT', 'ARRAY']) ELSE false END)"
    )


def _plain_value(column: str) -> str:
    return f"(text ->> {_pointer(column)})"


def _json_value(column: str) -> str:
    pointer = _pointer(column)
    listed = f"array_to_string(from_json(json_extract(text, {pointer}), '[\"VARCHAR\"]'), {BETWEEN})"
    return (
        f"CASE WHEN {_is_nested(column)} THEN NULL WHEN json_type(text, {pointer}) = 'ARRAY' THEN {listed}"
        f" ELSE text ->> {pointer} END"
    )


def _read_parquet(con: DuckDBPyConnection, file: SourceFile, wanted: Wanted, encoding: str) -> None:
    del encoding  # Parquet knows its own
    table = f"read_parquet({_text(file.path)})"
    described = con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    types = {str(name): str(kind) for name, kind, *_ in described}
    _check_columns(file, wanted, tuple(types))
    (key,), *_ = wanted
    for column in chain(*wanted):
        kind = types[column]
        if _NESTED.search(kind) or (column == key and kind.endswith("]")):
            raise FileError(f"{file.path.name}: the column {column!r} holds no values but {kind[:64]}.")
    values = _values(
        wanted,
        lambda column: (
            f"array_to_string({quoted(column)}::VARCHAR[], {BETWEEN})"
            if types[column].endswith("[]")
            else f"{quoted(column)}::VARCHAR"
        ),
    )
    con.execute(_INTO_LINE.format(values=values, table=table), [file.source])


_READERS: Final = {Format.CSV: _read_csv, Format.NDJSON: _read_ndjson, Format.PARQUET: _read_parquet}


def _check_columns(file: SourceFile, wanted: Wanted, present: tuple[str, ...]) -> None:
    for column in chain(*wanted):
        if column not in present:
            known = ", ".join(present)
            raise FileError(f"{file.path.name} has no column {column!r}; it has {known}.")
        if present.count(column) > 1:
            raise FileError(f"{file.path.name} has {present.count(column)} columns {column!r}: rename them.")


def _refuse_keys(con: DuckDBPyConnection, key: str) -> None:
    """Records without a key cannot be named, so they are rejected; a key that stands twice ends the run."""
    fits = f"trim(record_key) <> '' AND length(record_key) <= {KEY_LENGTH_MAX}"
    con.execute(
        "INSERT INTO reject SELECT source, row, record_key[:64], ?, 'A record needs an id of 1 to"
        f" {KEY_LENGTH_MAX} characters.' FROM line WHERE NOT ({fits})",
        [key],
    )
    con.execute(f"DELETE FROM line WHERE NOT ({fits})")
    twice = con.execute(
        "SELECT source, record_key, list(row ORDER BY row)[:3] FROM line GROUP BY source, record_key"
        " HAVING count(*) > 1 ORDER BY 1, 2 LIMIT ?",
        [DUPLICATES_SHOWN],
    ).fetchall()
    if twice:
        shown = "; ".join(
            f"{source}: {one!r} in rows {', '.join(map(str, rows))}" for source, one, rows in twice
        )
        raise FileError(f"The column {key!r} must name each record once, but does not: {shown}.")


def _packing(file: SourceFile, path: Path) -> str:
    """How the file is packed; a copy in UTF-8 is not."""
    return "'gzip'" if file.path.suffix.lower() == ".gz" and path == file.path else "'none'"


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _first_sentence(error: Exception) -> str:
    return str(error).splitlines()[0]
