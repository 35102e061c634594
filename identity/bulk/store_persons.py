"""Persons of all records. Where nothing can be refused, links alone say who is one; the rest is resolved one
by one.

Tables: `node` (no, piece, level, strong, proven, the last two narrowed by `store_parting`) for records that
a link touches; `person` (no, root) for all records, the root being the least record of the group; `apart`
(l, r, rule, sentence): linked groups that stay two.

Why the short way is the same. A piece is *calm* when no rule of `identity.veto` can forbid anything between
records that its links of the first classes connect (one suffix, one date of birth, one number of each
exclusive type, no given names that clearly differ, no more identifiers than one person may have), and no two
companies among them can contradict each other (they are few, what proves connects them all, or every two of
them were weighed and are not in doubt): then the first pass joins exactly what those links connect, and no
nameless record can be ambiguous. The second pass joins nothing when each possible link lies between two
single records, whose pooled weight is the link's own, or between groups whose given names or suffixes forbid
it. A shared strong identifier, which alone excuses those names, makes the piece restless where it did not
connect (`store_parting`); under a policy for which names mislead they are not asked here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import pyarrow as pa

from identity.bulk import persons, pieces, store_names, store_parting, store_rows
from identity.bulk.components import Numbers
from identity.bulk.persons import Case, Settled
from identity.bulk.pieces import Edges
from identity.bulk.rows import LinkRow
from identity.bulk.store_workbench import DuckDBPyConnection, keep
from identity.bulk.workforce import Workforce
from identity.partition import pieces as ladders
from identity.partition.company import PAIRS_MIN
from identity.partition.links import DOUBT_LINE, Strength

CASES: Final = 256
FEW_CASES: Final = 1_000
_SUFFIX: Final = "coalesce(name_suffix, CASE WHEN middle_name = 'i' THEN 'i' END)"
"""What may tell father and son apart: beside Karl II the letter of Karl I is a number (`identity.veto`)."""
_POSSIBLE: Final = int(Strength.POSSIBLE)
_LOOSE: Final = (
    "SELECT strong FROM (SELECT strong, count(*) AS size FROM node GROUP BY strong"
    f" HAVING size > {PAIRS_MIN} AND count(DISTINCT proven) > 1)"
    " LEFT JOIN (SELECT a.strong, count(*) AS met FROM link JOIN node a ON a.no = l"
    " JOIN node b ON b.no = r AND b.strong = a.strong"
    f" WHERE weight >= {DOUBT_LINE} GROUP BY a.strong) USING (strong)"
    " WHERE coalesce(met, 0) < size * (size - 1) // 2"
)
"""What weights connect, and some two of whom may contradict each other (`identity.partition.company`)."""


def find(con: DuckDBPyConnection, workforce: Workforce, *, with_reasons: bool) -> None:
    """Makes `node`, `person` and, with reasons, all of `apart`; without, only of what was not calm."""
    _split(con, workforce)
    store_parting.part(con, workforce)
    _name_pairs(con, workforce)
    policy = workforce.equipment.reading.policy
    _find_restless(con, with_reasons=with_reasons, names_forbid=not policy.names_mislead)
    settled = workforce.spread(persons.settle, list(_cases(con)), chunk=CASES, few=FEW_CASES)
    _keep_settled(con, settled)
    con.execute(
        "CREATE TABLE person AS SELECT r.no, coalesce(s.root, n.strong, r.no) AS root FROM record r"
        " LEFT JOIN node n USING (no) LEFT JOIN settled s USING (no)"
    )


def _split(con: DuckDBPyConnection, workforce: Workforce) -> None:
    equipment = workforce.equipment
    con.execute(
        "CREATE TEMP TABLE touched AS SELECT row_number() OVER (ORDER BY no) - 1 AS place, no FROM"
        " (SELECT l AS no FROM link UNION SELECT r FROM link)"
    )
    numbers = con.execute("SELECT no FROM touched ORDER BY place").fetchnumpy()["no"]
    columns = con.execute(
        "SELECT a.place AS a, b.place AS b, strength, rank, weight, l, r FROM link JOIN touched a ON a.no = l"
        " JOIN touched b ON b.no = r"
    ).fetchnumpy()
    wide: dict[str, Numbers] = {name: column.astype("int64") for name, column in columns.items()}
    edges = Edges(wide["a"], wide["b"], wide["strength"], wide["rank"], wide["weight"])
    ladder = ladders.ladder(equipment.model, equipment.reading.policy)
    found = pieces.split(len(numbers), edges, ladder)
    table = {
        "no": numbers,
        "piece": numbers[found.piece],
        "level": found.level,
        "strong": numbers[found.strong],
        "proven": numbers[found.proven],
    }
    keep(con, "node", pa.table(table))
    is_held = found.keeps >= found.level[edges.left]
    is_held &= found.piece[edges.left] == found.piece[edges.right]
    keep(con, "held", pa.table({"l": wide["l"][is_held], "r": wide["r"][is_held]}))
    con.execute("DROP TABLE touched")


def _name_pairs(con: DuckDBPyConnection, workforce: Workforce) -> None:
    """Has the names compared that meet in a piece: within what is connected, and across possible links."""
    con.execute("CREATE TEMP TABLE spoken AS SELECT DISTINCT strong, name_no FROM node JOIN named USING (no)")
    con.execute(
        "CREATE TEMP TABLE across AS SELECT DISTINCT least(a.strong, b.strong) AS one, greatest(a.strong,"
        " b.strong)"
        " AS other FROM held JOIN node a ON a.no = l JOIN node b ON b.no = r WHERE a.strong <> b.strong"
    )
    store_names.judge(
        con,
        "SELECT a.name_no AS one, b.name_no AS other FROM spoken a JOIN spoken b ON a.strong = b.strong"
        " AND a.name_no < b.name_no UNION ALL SELECT least(a.name_no, b.name_no), greatest(a.name_no,"
        " b.name_no)"
        " FROM across JOIN spoken a ON a.strong = one JOIN spoken b ON b.strong = other",
        workforce,
    )


def _find_restless(con: DuckDBPyConnection, *, with_reasons: bool, names_forbid: bool) -> None:
    """Makes `restless` (piece): the pieces that are not calm."""
    joined = "FROM node n JOIN record r USING (no) GROUP BY strong"
    con.execute(
        "CREATE TEMP TABLE doubtful AS"
        " SELECT a.strong FROM spoken a JOIN spoken b ON a.strong = b.strong AND a.name_no < b.name_no"
        " JOIN verdict v ON v.one = a.name_no AND v.other = b.name_no WHERE v.differs"
        f" UNION SELECT strong {joined} HAVING count(DISTINCT {_SUFFIX}) > 1 OR count(DISTINCT"
        " date_of_birth) > 1"
        " UNION SELECT strong FROM node JOIN live USING (no) JOIN rule USING (type)"
        " GROUP BY strong, type, most HAVING count(DISTINCT value) > most"
        f" UNION {_LOOSE}"
    )
    con.execute(
        "CREATE TEMP TABLE sized AS SELECT strong, count(*) AS size, min(r.name_suffix) AS suffix"
        " FROM node JOIN record r USING (no) GROUP BY strong"
    )
    con.execute(
        "CREATE TEMP TABLE forbidden AS SELECT DISTINCT x.one, x.other FROM across x JOIN spoken a ON"
        " a.strong = x.one"
        " JOIN spoken b ON b.strong = x.other JOIN verdict v ON v.one = least(a.name_no, b.name_no)"
        f" AND v.other = greatest(a.name_no, b.name_no) WHERE v.differs AND {names_forbid}"
        " UNION SELECT one, other FROM across JOIN sized a ON a.strong = one JOIN sized b ON b.strong = other"
        " WHERE a.suffix <> b.suffix"
    )
    are_single = "a.size = 1 AND b.size = 1"
    open_question = f"NOT ({are_single})" if not with_reasons else "true"
    unless = "ANTI JOIN forbidden f ON f.one = x.one AND f.other = x.other" if not with_reasons else ""
    con.execute(
        "CREATE TEMP TABLE restless AS SELECT DISTINCT piece FROM excused UNION"
        " SELECT DISTINCT piece FROM node SEMI JOIN (SELECT strong FROM doubtful UNION"
        " SELECT x.one FROM across x JOIN sized a ON a.strong = x.one JOIN sized b ON b.strong = x.other"
        f" {unless}"
        f" WHERE {open_question}) USING (strong)"
    )
    for table in ("excused", "spoken", "across", "doubtful", "sized", "forbidden"):
        con.execute(f"DROP TABLE {table}")


def _cases(con: DuckDBPyConnection) -> Iterator[Case]:
    """The restless pieces with their records and the links that hold in them."""
    con.execute("CREATE TABLE uneasy AS SELECT no, piece FROM node SEMI JOIN restless USING (piece)")
    links: dict[int, list[LinkRow]] = defaultdict(list)
    for row in con.execute(
        "SELECT u.piece, l, r, strength, basis, rank, weight FROM link SEMI JOIN held USING (l, r)"
        " JOIN uneasy u ON u.no = l"
    ).fetchall():
        links[row[0]].append(LinkRow(*row[1:]))
    piece_of = dict(con.execute("SELECT no, piece FROM uneasy").fetchall())
    found = sorted(store_rows.rows(con, "uneasy", shown="live"), key=lambda row: piece_of[row.no])
    for piece, records in groupby(found, key=lambda row: piece_of[row.no]):
        yield Case(list(records), links[piece])
    con.execute("DROP TABLE uneasy")


def _keep_settled(con: DuckDBPyConnection, settled: Sequence[Settled]) -> None:
    groups = [group for each in settled for group in each.groups]
    table = {
        "no": pa.array([number for group in groups for number in group], pa.int64()),
        "root": pa.array([min(group) for group in groups for _ in group], pa.int64()),
    }
    keep(con, "settled", pa.table(table))
    apart = [row for each in settled for row in each.apart]
    columns: dict[str, pa.Array] = {}
    for place, (name, kind) in enumerate(
        (("l", pa.int64()), ("r", pa.int64()), ("rule", pa.string()), ("sentence", pa.string()))
    ):
        columns[name] = pa.array([row[place] for row in apart], kind)
    keep(con, "apart", pa.table(columns))
