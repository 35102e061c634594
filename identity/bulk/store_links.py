"""Candidate pairs, their weights, and the links that come of them.

Tables: `pair` (l, r): records that meet by live keys, l < r; `weight` (l, r, units), made by an engine;
`link` (l, r, strength, basis, rank, weight) as `identity.links` has it. What speaks of `Linking` here says in
columns what `identity.links` says of two members.
"""

from typing import Final

from identity.bulk import store_names
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.bulk.workforce import Workforce
from identity.canonical.keys import Force
from identity.partition.links import DOUBT_LINE, DOUBT_LINE_OF_CARDS, EVEN_LINE, Strength
from identity.policy import Linking
from identity.scoring import catalogue
from identity.scoring.weigh import Model

_SHARED: Final = (
    "SELECT a.no AS l, b.no AS r, a.type FROM live a JOIN live b"
    " ON a.type = b.type AND a.value = b.value AND a.no < b.no"
)
_BY_NAME: Final = f"('{Linking.NAMES}', '{Linking.SECOND}')"

_DISPUTED: Final = (
    "SELECT DISTINCT l, r FROM (SELECT s.l, s.r FROM (SELECT DISTINCT l, r FROM shared) s"
    " JOIN live a ON a.no = s.l JOIN live b ON b.no = s.r AND b.type = a.type"
    f" WHERE a.type IN {catalogue.NUMBERS} GROUP BY s.l, s.r, a.type HAVING NOT bool_or(a.value = b.value))"
)
"""The pairs that both show a number for life of one type, and not the same."""


def pair_up(con: DuckDBPyConnection) -> None:
    """Makes `pair`."""
    con.execute(
        "CREATE TABLE pair AS SELECT a.no AS l, b.no AS r FROM post a JOIN post b"
        " ON a.digest = b.digest AND a.no < b.no"
        f" GROUP BY a.no, b.no HAVING sum(a.force) >= {Force.WHOLE:d}"
    )
    con.execute("DROP TABLE post")


def set_aside(con: DuckDBPyConnection) -> list[tuple[int, int]]:
    """Makes of `pair` the table `blocked_pair`, as Splink takes it, of the pairs that rows of `card` can say
    all of; returns the others.
    """
    con.execute("CREATE TEMP TABLE many AS SELECT no FROM card WHERE several")
    others = con.execute("SELECT l, r FROM pair WHERE l IN (FROM many) OR r IN (FROM many)").fetchall()
    con.execute(
        "CREATE TABLE blocked_pair AS SELECT l AS join_key_l, r AS join_key_r, 0 AS match_key FROM pair"
        " WHERE l NOT IN (FROM many) AND r NOT IN (FROM many)"
    )
    con.execute("DROP TABLE many")
    con.execute("DROP TABLE pair")
    return others


def link(con: DuckDBPyConnection, model: Model, workforce: Workforce) -> None:
    """Makes `link` of `pair` and `weight`."""
    con.execute(f"CREATE TEMP TABLE shared AS SELECT * FROM ({_SHARED}) JOIN rule USING (type)")
    store_names.judge(
        con,
        "SELECT least(a.name_no, b.name_no) AS one, greatest(a.name_no, b.name_no) AS other FROM shared s"
        " JOIN named a ON a.no = s.l JOIN named b ON b.no = s.r JOIN weight w USING (l, r)"
        f" WHERE s.links IN {_BY_NAME} OR (s.type IN {catalogue.NUMBERS} AND w.units < {EVEN_LINE})",
        workforce,
    )
    is_believed = _is_believed(model)
    con.execute(
        f"CREATE TEMP TABLE deterministic AS SELECT l, r, min(priority) FILTER ({is_believed}) AS rank,"
        f" arg_min(type, (priority, type)) FILTER ({is_believed}) AS basis FROM shared s"
        " JOIN weight w USING (l, r) JOIN record p ON p.no = l JOIN record q ON q.no = r"
        f" LEFT JOIN ({_DISPUTED}) d USING (l, r)"
        " LEFT JOIN named a ON a.no = s.l LEFT JOIN named b ON b.no = s.r LEFT JOIN verdict v"
        " ON v.one = least(a.name_no, b.name_no) AND v.other = greatest(a.name_no, b.name_no)"
        " AND a.name_no + b.name_no IS NOT NULL"  # least() and greatest() pass over a missing side
        f" WHERE {_suffices()} GROUP BY l, r"
    )
    con.execute(
        "CREATE TABLE link AS SELECT w.l, w.r, CASE WHEN d.rank IS NOT NULL THEN"
        f" {int(Strength.DETERMINISTIC)}"
        f" WHEN w.units >= {model.join_line} THEN {int(Strength.PROBABLE)} ELSE {int(Strength.POSSIBLE)} END"
        " AS strength, coalesce(d.basis, 'weight') AS basis, coalesce(d.rank, 0) AS rank, w.units AS weight"
        " FROM weight w LEFT JOIN deterministic d ON d.l = w.l AND d.r = w.r"
        f" WHERE d.l IS NOT NULL OR w.units >= {model.review_line}"
    )
    for table in ("shared", "deterministic", "weight"):
        con.execute(f"DROP TABLE {table}")


def _suffices() -> str:
    """`identity.links`: when a shared identifier links two records."""
    nameless = "(a.name_no IS NULL OR b.name_no IS NULL)"
    beside = f"(p.date_of_birth = q.date_of_birth AND ({nameless} OR NOT v.differs))"
    return (
        f"CASE s.links WHEN '{Linking.ALONE}' THEN true WHEN '{Linking.NAMES}' THEN {nameless} OR v.agrees"
        f" WHEN '{Linking.SECOND}' THEN coalesce(v.is_second, false) OR coalesce({beside}, false) END"
    )


def _is_believed(model: Model) -> str:
    """`identity.links`: when a shared identifier proves anything beside all else that the model weighs."""
    return (
        f"CASE WHEN s.type NOT IN {catalogue.IDENTIFIERS}"
        f" THEN w.units >= {DOUBT_LINE_OF_CARDS} OR p.date_of_birth = q.date_of_birth"
        f" WHEN {model.is_wary} THEN w.units >= {model.join_line}"
        f" WHEN w.units >= {EVEN_LINE} THEN true"
        f" WHEN s.type IN {catalogue.NUMBERS}"
        " THEN p.date_of_birth = q.date_of_birth AND NOT coalesce(v.differs, false)"
        f" ELSE w.units >= {DOUBT_LINE} AND d.l IS NULL"
        " AND NOT coalesce(p.date_of_birth <> q.date_of_birth, false) END"
    )
