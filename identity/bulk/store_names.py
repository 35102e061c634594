"""Names compared by the partition's own comparators, each distinct pair once.

Tables: `name` (name_no, given, middle, family, full_name, organisation), `named` (no, name_no, tells_apart)
and `verdict` (one, other, agrees, is_second, differs) for pairs one <= other that somebody asked about.
"""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from identity.bulk.store_workbench import DuckDBPyConnection, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import compare
from identity.scoring.compare import Level
from identity.scoring.pool import Name

Pair = tuple[Name, Name]
Verdict = tuple[bool, bool, bool]

_PARTS: Final = ("given", "middle", "family", "full_name", "organisation")
# As `identity.pool` does: an organisation's contact is not the organisation, nor the reverse.
_OF_ORGANISATION: Final = (
    "organisation_name IS NOT NULL AND (coalesce(record_type, '') = 'organisation'"
    " OR coalesce(given_name, family_name, full_name) IS NULL)"
)


def gather(con: DuckDBPyConnection) -> None:
    """Makes `name` and `named` of the records, and an empty `verdict`."""
    columns = (("given", "given_name"), ("middle", "middle_name"), ("family", "family_name"))
    personal = ", ".join(
        f"CASE WHEN {_OF_ORGANISATION} THEN '' ELSE coalesce({column}, '') END AS {part}"
        for part, column in (*columns, ("full_name", "full_name"))
    )
    con.execute(
        f"CREATE TEMP TABLE said AS SELECT no, {personal}, CASE WHEN {_OF_ORGANISATION} THEN"
        " organisation_name"
        " ELSE '' END AS organisation FROM record"
        " WHERE coalesce(given_name, family_name, full_name, organisation_name) IS NOT NULL"
    )
    parts = ", ".join(_PARTS)
    con.execute(
        f"CREATE TABLE name AS SELECT row_number() OVER () AS name_no, * FROM (SELECT DISTINCT {parts} FROM"
        " said)"
    )
    con.execute(
        "CREATE TABLE named AS SELECT no, name_no, length(given) > 1 OR organisation <> '' AS tells_apart"
        f" FROM said JOIN name USING ({parts})"
    )
    con.execute("DROP TABLE said")
    con.execute(
        "CREATE TABLE verdict (one BIGINT, other BIGINT, agrees BOOLEAN, is_second BOOLEAN, differs BOOLEAN)"
    )


def judge(con: DuckDBPyConnection, pairs: str, workforce: Workforce) -> None:
    """Adds to `verdict` what is missing for the pairs (one, other) of a query."""
    one, other = (", ".join(f"{side}.{part}" for part in _PARTS) for side in ("a", "b"))
    asked = con.execute(
        f"SELECT p.one, p.other, {one}, {other} FROM (SELECT DISTINCT one, other FROM ({pairs}) WHERE one <="
        " other)"
        " p ANTI JOIN verdict v ON p.one = v.one AND p.other = v.other JOIN name a ON a.name_no = p.one"
        " JOIN name b ON b.name_no = p.other"
    ).fetchall()
    found = workforce.spread(_compared, [(Name(*row[2:7]), Name(*row[7:])) for row in asked])
    table: dict[str, pa.Array] = {
        "one": pa.array([row[0] for row in asked], pa.int64()),
        "other": pa.array([row[1] for row in asked], pa.int64()),
    }
    for place, name in enumerate(("agrees", "is_second", "differs")):
        table[name] = pa.array([verdict[place] for verdict in found], pa.bool_())
    keep(con, "judged", pa.table(table))
    con.execute("INSERT INTO verdict SELECT * FROM judged")
    con.execute("DROP TABLE judged")


def _compared(pairs: Sequence[Pair], equipment: Equipment) -> list[Verdict]:
    del equipment  # names are compared alike under every model and policy
    return [_verdict(*pair) for pair in pairs]


def _verdict(one: Name, other: Name) -> Verdict:
    """Whether they agree, agree enough to be the second agreeing attribute (`links`), and clearly differ."""
    agrees = compare.names(one, other).agrees
    given = compare.given_names_of(one, other)
    told_apart = given.level >= Level.INITIAL or bool(one.organisation)
    return agrees, agrees and told_apart and not given.differs, given.differs
