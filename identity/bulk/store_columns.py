"""The canonical columns of all records: each distinct value is normalised once, then joined to its records.

Tables: `record` (no, source, row, record_key, the canonical attributes, token), and those of
`store_identifiers`. Numbers rise with (source, record key) as bytes, so comparing two of them compares the
records' keys.
"""

from functools import partial
from typing import Final

import pyarrow as pa

from identity.bulk import facets, store_identifiers
from identity.bulk.facets import Facet
from identity.bulk.mapping import Mapping
from identity.bulk.store_workbench import DuckDBPyConnection, fetched, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.model import ATTRIBUTES

_BIRTH: Final = "date_of_birth"
_REJECTED: Final = pa.list_(pa.struct([("field", pa.string()), ("reason", pa.string())]))


def normalise(con: DuckDBPyConnection, mapping: Mapping, workforce: Workforce) -> None:
    """Makes `record` and `shown` of `line`, and adds to `reject` what was not taken."""
    con.execute(
        "CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY source, record_key) AS no, * FROM line"
    )
    con.execute("DROP TABLE line")
    found = facets.of(mapping.columns_of)
    for facet in found:
        _read_facet(con, facet, workforce)
    _join(con, found)
    store_identifiers.read(con, mapping, workforce)
    con.execute("DROP TABLE numbered")


def _read_facet(con: DuckDBPyConnection, facet: Facet, workforce: Workforce) -> None:
    columns = ", ".join(f"a_{name}" for name in facet.takes)
    is_said = " OR ".join(f"a_{name} <> ''" for name in facet.takes)
    combinations = fetched(con, f"SELECT DISTINCT {columns} FROM numbered WHERE {is_said}")
    keep(con, f"facet_{facet.name}", workforce.spread_table(partial(_read_all, facet=facet), combinations))
    shared = " AND ".join(f"n.a_{name} = f.a_{name}" for name in facet.takes)
    con.execute(
        "INSERT INTO reject SELECT source, row, record_key, r.field, r.reason FROM (SELECT n.source, n.row,"
        f" n.record_key, unnest(f.rejected) AS r FROM numbered n JOIN facet_{facet.name} f ON {shared}"
        " WHERE f.rejected IS NOT NULL)"
    )


def _read_all(said: pa.Table, equipment: Equipment, *, facet: Facet) -> pa.Table:
    """What was said, what the facet makes of it, the token of a person, and what was not taken."""
    combinations = zip(*(column.to_pylist() for column in said.columns), strict=True)
    read = [facets.read(facet, each, equipment.reading) for each in combinations]
    found = dict(zip(said.column_names, said.columns, strict=True))
    for place, name in enumerate(facet.gives):
        kind = pa.date32() if name == _BIRTH else pa.string()
        found[name] = pa.array([values[place] for values, _ in read], kind)
    if facet.name == "person":
        found["token"] = pa.array([facets.token(values) for values, _ in read], pa.string())
    rejected = [
        [{"field": r.field.removeprefix("attributes."), "reason": r.reason} for r in gone] or None
        for _, gone in read
    ]
    found["rejected"] = pa.array(rejected, _REJECTED)
    return pa.table(found)


def _join(con: DuckDBPyConnection, found: tuple[Facet, ...]) -> None:
    """Every attribute gets its column, whether the files hold it or not: what follows need not ask."""
    given = {name for facet in found for name in facet.gives}
    columns = [f"{name}" for name in sorted(given)]
    columns += [
        f"NULL::{'DATE' if name == _BIRTH else 'VARCHAR'} AS {name}"
        for name in ATTRIBUTES
        if name not in given
    ]
    columns.append("token" if "given_name" in given else "NULL::VARCHAR AS token")
    joins = " ".join(
        f"LEFT JOIN facet_{facet.name} ON "
        + " AND ".join(f"numbered.a_{name} = facet_{facet.name}.a_{name}" for name in facet.takes)
        for facet in found
    )
    con.execute(
        f"CREATE TABLE record AS SELECT no, source, row, record_key, {', '.join(columns)} FROM numbered"
        f" {joins}"
        " ORDER BY no"
    )
    for facet in found:
        con.execute(f"DROP TABLE facet_{facet.name}")
