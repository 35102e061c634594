"""The identifiers of all records: each distinct value is normalised once.

Tables: `shown` (no, type, value): the identifiers that take part in linking; `beyond`, alike, those of a
record that has too many, and `left_out`, how many of its identifiers are beyond the policy's number; `rule`:
what the policy says of their types.
"""

from typing import Final

import pyarrow as pa

from identity.bulk import facets
from identity.bulk.mapping import Mapping
from identity.bulk.store_files import BETWEEN
from identity.bulk.store_workbench import DuckDBPyConnection, fetched, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.policy import Linking, Policy

_COUNTRY: Final = "country"


def read(con: DuckDBPyConnection, mapping: Mapping, workforce: Workforce) -> None:
    """Makes the tables of what the files say, and adds to `reject` what was not taken."""
    con.execute("CREATE TABLE claimed (no BIGINT, type VARCHAR, value VARCHAR, home VARCHAR)")
    for place, (kind, _) in enumerate(mapping.identifiers):
        # A file knows no stores: a number without a country's prefix is of the country where its owner lives.
        home = f"coalesce(r.{_COUNTRY}, '')" if kind == "phone" else "''"
        con.execute(
            f"INSERT INTO claimed SELECT n.no, ?, value, {home} FROM numbered n JOIN record r USING (no),"
            f" unnest(string_split(n.i_{place}, {BETWEEN})) AS v(value) WHERE n.i_{place} <> '' AND value <>"
            " ''",
            [kind],
        )
    distinct = fetched(con, "SELECT DISTINCT type, value, home FROM claimed")
    keep(con, "identifier_read", workforce.spread_table(_identifiers, distinct))
    con.execute(
        "INSERT INTO reject SELECT r.source, r.row, r.record_key, c.type, i.reason FROM claimed c"
        " JOIN identifier_read i USING (type, value, home) JOIN record r USING (no)"
        " WHERE i.reason IS NOT NULL"
    )
    con.execute(
        "CREATE TABLE said AS SELECT c.no, c.type, i.normalised AS value FROM claimed c"
        " JOIN identifier_read i USING (type, value, home) WHERE i.normalised IS NOT NULL"
    )
    con.execute("DROP TABLE claimed")
    con.execute("DROP TABLE identifier_read")
    take_part(con, workforce.equipment.reading.policy)


def take_part(con: DuckDBPyConnection, policy: Policy) -> None:
    """Makes the tables of `said` (no, type, value): identifiers that are canonical.

    Those that link take part: of a record with too many the most believed, devices never.
    """
    _note_rules(con, policy)
    con.execute("CREATE TABLE shown AS SELECT DISTINCT no, type, value FROM said SEMI JOIN rule USING (type)")
    con.execute("DROP TABLE said")
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


def _note_rules(con: DuckDBPyConnection, policy: Policy) -> None:
    rules = [rule for rule in policy.identifiers.values() if rule.links is not Linking.ACCOUNT]
    columns = {
        "type": pa.array([rule.type for rule in rules], pa.string()),
        "priority": pa.array([rule.priority for rule in rules], pa.int32()),
        "links": pa.array([rule.links.value for rule in rules], pa.string()),
        "most": pa.array([rule.limit for rule in rules], pa.int32()),
        "is_strong": pa.array([rule.strong for rule in rules], pa.bool_()),
        "is_exclusive": pa.array([rule.exclusive for rule in rules], pa.bool_()),
        "generic": pa.array([rule.generic for rule in rules], pa.int32()),
        "cap": pa.array([rule.cap for rule in rules], pa.int32()),
    }
    keep(con, "rule", pa.table(columns))


def _identifiers(claimed: pa.Table, equipment: Equipment) -> pa.Table:
    """Each with its normalised value, or the reason for which it was not taken."""
    columns = (claimed[name].to_pylist() for name in ("type", "value", "home"))
    read = [
        facets.identifier(kind, value, home, equipment.reading)
        for kind, value, home in zip(*columns, strict=True)
    ]
    for place, name in enumerate(("normalised", "reason")):
        claimed = claimed.append_column(name, pa.array([each[place] for each in read], pa.string()))
    return claimed
