"""Names compared by the partition's own comparators, each distinct pair once.

Tables: `name` (name_no, given, middle, family, full_name, organisation), `named` (no, name_no, tells_apart)
and `verdict` (one, other, agrees, is_second, differs) for pairs one <= other that somebody asked about.
"""

from typing import Final

import pyarrow as pa

from identity.bulk.store_workbench import DuckDBPyConnection, fetched, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import compare
from identity.scoring.compare import Level
from identity.scoring.pool import Name

_PARTS: Final = ("given", "middle", "family", "full_name", "organisation")
_SIDES: Final = ("a", "b")
BEARERS_MIN: Final = 2
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


def borne(con: DuckDBPyConnection) -> frozenset[str]:
    """The given names that two records or more write beside a family name: no slip is made twice."""
    found = con.execute(
        "SELECT given FROM named JOIN name USING (name_no) WHERE given <> '' AND family <> ''"
        f" GROUP BY given HAVING count(*) >= {BEARERS_MIN}"
    ).fetchall()
    return frozenset([given for (given,) in found])


def judge(con: DuckDBPyConnection, pairs: str, workforce: Workforce) -> None:
    """Adds to `verdict` what is missing for the pairs (one, other) of a query."""
    parts = ", ".join(f"{side}.{part} AS {side}_{part}" for side in _SIDES for part in _PARTS)
    asked = fetched(
        con,
        f"SELECT p.one, p.other, {parts} FROM (SELECT DISTINCT one, other FROM ({pairs}) WHERE one <="
        " other)"
        " p ANTI JOIN verdict v ON p.one = v.one AND p.other = v.other JOIN name a ON a.name_no = p.one"
        " JOIN name b ON b.name_no = p.other",
    )
    keep(con, "judged", workforce.spread_table(_compared, asked))
    con.execute("INSERT INTO verdict SELECT * FROM judged")
    con.execute("DROP TABLE judged")


def _compared(pairs: pa.Table, equipment: Equipment) -> pa.Table:
    """Which names they are, and the verdict on each pair."""
    del equipment  # names are compared alike under every model and policy
    sides = (map(Name, *(pairs[f"{side}_{part}"].to_pylist() for part in _PARTS)) for side in _SIDES)
    found = list(map(_verdict, *sides))
    judged = pairs.select(["one", "other"])
    for place, name in enumerate(("agrees", "is_second", "differs")):
        judged = judged.append_column(name, pa.array([verdict[place] for verdict in found], pa.bool_()))
    return judged


def _verdict(one: Name, other: Name) -> tuple[bool, bool, bool]:
    """Whether they agree, agree enough to be the second agreeing attribute (`links`), and clearly differ."""
    agrees = compare.names(one, other).agrees
    given = compare.given_names_of(one, other)
    told_apart = given.level >= Level.INITIAL or bool(one.organisation)
    return agrees, agrees and told_apart and not given.differs, given.differs
