"""Records as the rows that Splink scores.

Table `card`: no, `several` for records that a row cannot say all of, every column that a level's SQL names,
and for each column with term frequencies its `<column>_share`, the logarithm of the share of its value. Dead
identifiers stand in no column, so they neither speak for nor against.
"""

from collections.abc import Mapping
from functools import partial
from math import log2
from typing import Final

import pyarrow as pa

from identity.bulk import cards
from identity.bulk.cards import Part
from identity.bulk.store_rows import own_attributes
from identity.bulk.store_workbench import DuckDBPyConnection, fetched, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import catalogue
from identity.scoring.document import Document, Terms

_TYPES: Final = {bool: pa.bool_(), list: pa.list_(pa.string())}
_BASE: Final = (
    "nullif(m.given, '') AS given, nullif(m.middle, '') AS middle,"
    " coalesce(nullif(m.family, ''), nullif(m.full_name, '')) AS family,"
    " nullif(m.organisation, '') AS organisation, r.date_of_birth::VARCHAR AS birth_said,"
    " CASE WHEN m.organisation = '' THEN r.organisation_name END AS employer_said"
)


def make(con: DuckDBPyConnection, terms: Mapping[str, Terms], workforce: Workforce) -> None:
    """Makes `card` of `record`, `name`, `named` and `live`."""
    plain = (*cards.PLAIN, *own_attributes(con))
    kinds = [part.named for part in cards.CONTACTS]
    for kind in kinds:
        con.execute(
            f"CREATE TEMP TABLE first_{kind} AS SELECT no, min(value) AS value, count(*) > 1 AS is_more FROM"
            " live"
            f" WHERE type = '{kind}' GROUP BY no"
        )
    firsts = ", ".join(f"first_{kind}.value AS {kind}_said" for kind in kinds)
    several = " OR ".join(f"coalesce(first_{kind}.is_more, false)" for kind in kinds)
    joins = " ".join(f"LEFT JOIN first_{kind} USING (no)" for kind in kinds)
    con.execute(
        f"CREATE TEMP TABLE base AS SELECT r.no, {several} AS several, {_BASE}, {firsts},"
        f" {', '.join(f'r.{name}' for name in plain)} FROM record r LEFT JOIN named n USING (no)"
        f" LEFT JOIN name m USING (name_no) {joins}"
    )
    found = {name: f"base.{name}" for name in plain}
    joins = " ".join(_part(con, part, found, workforce) for part in cards.PARTS)
    shares = {name: _share(con, name, terms[name]) for name in found if name in terms}
    con.execute(
        "CREATE TEMP TABLE unshared AS SELECT base.no, base.several, "
        f"{', '.join(f'{value} AS {name}' for name, value in found.items())} FROM base {joins}"
    )
    con.execute(
        "CREATE TABLE card AS SELECT"
        f" u.*{''.join(f', {share} AS {name}_share' for name, share in shares.items())}"
        " FROM unshared u "
        + " ".join(f"LEFT JOIN share_{name} ON share_{name}.value = u.{name}" for name in shares)
    )
    for table in ("base", "unshared", *(f"first_{kind}" for kind in kinds)):
        con.execute(f"DROP TABLE {table}")
    for table in (*(f"card_{part.named}" for part in cards.PARTS), *(f"share_{name}" for name in shares)):
        con.execute(f"DROP TABLE {table}")


def spoken(con: DuckDBPyConnection, document: Document) -> list[str]:
    """The document's comparisons on which any card says something; one at least, for comparing by none fits
    no engine.
    """
    held = {name for (name,) in con.execute("SELECT name FROM pragma_table_info('card')").fetchall()}
    column_of = {name: catalogue.comparison(name).column for name in document.odds}
    asked = {name: column for name, column in column_of.items() if column in held}
    counts = con.execute(f"SELECT {', '.join(f'count({column})' for column in asked.values())} FROM card")
    found = [name for name, count in zip(asked, counts.fetchall()[0], strict=True) if count]
    return found or list(asked)[:1]


def _part(con: DuckDBPyConnection, part: Part, found: dict[str, str], workforce: Workforce) -> str:
    """Makes the table of a part's distinct values, notes its columns, and returns how it is joined."""
    said = part.named if part.named in _BASE_NAMES else f"{part.named}_said"
    distinct = fetched(con, f"SELECT DISTINCT {said} AS said FROM base WHERE {said} IS NOT NULL")
    place = cards.PARTS.index(part)
    keep(con, f"card_{part.named}", workforce.spread_table(partial(_columns, place=place), distinct))
    found |= {name: f"card_{part.named}.{name}" for name in part.names}
    return f"LEFT JOIN card_{part.named} ON card_{part.named}.said = base.{said}"


def _columns(said: pa.Table, equipment: Equipment, *, place: int) -> pa.Table:
    """Each value with the columns that the part in this place makes of it."""
    del equipment  # they are the same under every model and policy
    part = cards.PARTS[place]
    rows = list(map(part.columns_of, said["said"].to_pylist()))
    for name, sample in part.columns_of(part.sample).items():
        kind = _TYPES.get(type(sample), pa.string())
        said = said.append_column(name, pa.array([row[name] for row in rows], kind))
    return said


_BASE_NAMES: Final = frozenset(part.named for part in (*cards.NAME_PARTS, cards.BIRTH, cards.EMPLOYER))


def _share(con: DuckDBPyConnection, name: str, terms: Terms) -> str:
    """Makes the table of a column's term frequencies; returns how a value's logarithm is had from it."""
    columns = {
        "value": pa.array(list(terms.shares), pa.string()),
        "bits": pa.array([log2(share) for share in terms.shares.values()], pa.float64()),
    }
    keep(con, f"share_{name}", pa.table(columns))
    unseen = log2(1 / terms.count)
    return f"CASE WHEN u.{name} IS NOT NULL THEN coalesce(share_{name}.bits, '{unseen!r}'::DOUBLE) END"
