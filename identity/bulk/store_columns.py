"""The canonical columns of all records: each distinct value is normalised once, then joined to its records.

Tables: `record` (no, source, row, record_key, the canonical attributes, token) and `shown` (no, type, value):
the identifiers that take part in linking; `beyond`, alike, those of a record that has too many. Numbers rise
with (source, record key) as bytes, so comparing two of them compares the records' keys. `left_out` counts the
identifiers of a record beyond the policy's number.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import pyarrow as pa

from identity.bulk import facets
from identity.bulk.facets import Facet, Read
from identity.bulk.mapping import Mapping
from identity.bulk.reading import Reading
from identity.bulk.store_files import BETWEEN
from identity.bulk.store_workbench import DuckDBPyConnection, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.model import ATTRIBUTES
from identity.policy import Linking

_COUNTRY: Final = "country"
_BIRTH: Final = "date_of_birth"


def normalise(con: DuckDBPyConnection, mapping: Mapping, workforce: Workforce) -> None:
    """Makes `record` and `shown` of `line`, and adds to `reject` what was not taken."""
    con.execute(
        "CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY source, record_key) AS no, * FROM line"
    )
    con.execute("DROP TABLE line")
    found = facets.of(mapping.names)
    for facet in found:
        _read_facet(con, facet, workforce)
    _join(con, found)
    _read_identifiers(con, mapping, workforce)
    con.execute("DROP TABLE numbered")


def _read_facet(con: DuckDBPyConnection, facet: Facet, workforce: Workforce) -> None:
    columns = ", ".join(f"a_{name}" for name in facet.takes)
    is_said = " OR ".join(f"a_{name} <> ''" for name in facet.takes)
    combinations = con.execute(f"SELECT DISTINCT {columns} FROM numbered WHERE {is_said}").fetchall()
    read = workforce.spread(partial(_read_all, facet=facet), combinations)
    table: dict[str, pa.Array] = {}
    for place, name in enumerate(facet.takes):
        table[f"a_{name}"] = pa.array([values[place] for values in combinations], pa.string())
    for place, name in enumerate(facet.gives):
        kind = pa.date32() if name == _BIRTH else pa.string()
        table[name] = pa.array([values[place] for values, _ in read], kind)
    if facet.name == "person":
        table["token"] = pa.array([facets.token(values) for values, _ in read], pa.string())
    rejected = [
        [{"field": r.field.removeprefix("attributes."), "reason": r.reason} for r in gone] or None
        for _, gone in read
    ]
    rejects = pa.list_(pa.struct([("field", pa.string()), ("reason", pa.string())]))
    table["rejected"] = pa.array(rejected, rejects)
    keep(con, f"facet_{facet.name}", pa.table(table))
    shared = " AND ".join(f"n.a_{name} = f.a_{name}" for name in facet.takes)
    con.execute(
        "INSERT INTO reject SELECT source, row, record_key, r.field, r.reason FROM (SELECT n.source, n.row,"
        f" n.record_key, unnest(f.rejected) AS r FROM numbered n JOIN facet_{facet.name} f ON {shared}"
        " WHERE f.rejected IS NOT NULL)"
    )


def _read_all(values: Sequence[tuple[str, ...]], equipment: Equipment, *, facet: Facet) -> list[Read]:
    return [facets.read(facet, each, equipment.reading) for each in values]


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


def _read_identifiers(con: DuckDBPyConnection, mapping: Mapping, workforce: Workforce) -> None:
    con.execute("CREATE TABLE claimed (no BIGINT, type VARCHAR, value VARCHAR, fallback VARCHAR)")
    for place, (kind, _) in enumerate(mapping.identifiers):
        # A phone number without a country's prefix may be of the country where its owner lives.
        fallback = f"coalesce(r.{_COUNTRY}, '')" if kind == "phone" else "''"
        con.execute(
            f"INSERT INTO claimed SELECT n.no, ?, value, {fallback} FROM numbered n JOIN record r USING (no),"
            f" unnest(string_split(n.i_{place}, {BETWEEN})) AS v(value) WHERE n.i_{place} <> '' AND value <>"
            " ''",
            [kind],
        )
    distinct = con.execute("SELECT DISTINCT type, value, fallback FROM claimed").fetchall()
    read = workforce.spread(_identifiers, distinct)
    table = {
        "type": pa.array([kind for kind, _, _ in distinct], pa.string()),
        "value": pa.array([value for _, value, _ in distinct], pa.string()),
        "fallback": pa.array([fallback for _, _, fallback in distinct], pa.string()),
        "normalised": pa.array([normalised for normalised, _ in read], pa.string()),
        "reason": pa.array([reason for _, reason in read], pa.string()),
    }
    keep(con, "identifier_read", pa.table(table))
    con.execute(
        "INSERT INTO reject SELECT r.source, r.row, r.record_key, c.type, i.reason FROM claimed c"
        " JOIN identifier_read i USING (type, value, fallback) JOIN record r USING (no)"
        " WHERE i.reason IS NOT NULL"
    )
    _take_part(con, workforce.equipment.reading)
    con.execute("DROP TABLE claimed")
    con.execute("DROP TABLE identifier_read")


def _identifiers(
    claimed: Sequence[tuple[str, str, str]], equipment: Equipment
) -> list[tuple[str | None, str | None]]:
    return [facets.identifier(*each, equipment.reading) for each in claimed]


def _take_part(con: DuckDBPyConnection, reading: Reading) -> None:
    """The identifiers that link: of a record with too many the most believed, devices never."""
    policy = reading.policy
    rules = [rule for rule in policy.identifiers.values() if rule.links is not Linking.ACCOUNT]
    table = {
        "type": pa.array([rule.type for rule in rules], pa.string()),
        "priority": pa.array([rule.priority for rule in rules], pa.int32()),
        "links": pa.array([rule.links.value for rule in rules], pa.string()),
        "most": pa.array([rule.limit for rule in rules], pa.int32()),
        "is_strong": pa.array([rule.strong for rule in rules], pa.bool_()),
        "is_exclusive": pa.array([rule.exclusive for rule in rules], pa.bool_()),
        "generic": pa.array([rule.generic for rule in rules], pa.int32()),
        "cap": pa.array([rule.cap for rule in rules], pa.int32()),
    }
    keep(con, "rule", pa.table(table))
    con.execute(
        "CREATE TABLE shown AS SELECT DISTINCT c.no, c.type, i.normalised AS value FROM claimed c"
        " JOIN identifier_read i USING (type, value, fallback) SEMI JOIN rule USING (type)"
        " WHERE i.normalised IS NOT NULL"
    )
    most = policy.record_keys_max
    con.execute(
        f"CREATE TABLE left_out AS SELECT no, count(*) - {most} AS count FROM shown GROUP BY no"
        f" HAVING count(*) > {most}"
    )
    con.execute(
        "CREATE TABLE beyond AS SELECT no, type, value FROM shown SEMI JOIN left_out USING (no)"
        " JOIN rule USING (type)"
        f" QUALIFY row_number() OVER (PARTITION BY no ORDER BY priority, type, value) > {most}"
    )
    con.execute("DELETE FROM shown WHERE (no, type, value) IN (FROM beyond)")
