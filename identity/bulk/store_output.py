"""What a run found, as files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from identity.bulk.errors import FileError
from identity.bulk.store_workbench import DuckDBPyConnection, count
from identity.policy import Policy
from identity.scoring.weigh import UNITS_PER_BIT

_NAMED: Final = "r.source || ':' || r.record_key"


def write_clusters(con: DuckDBPyConnection, path: Path) -> None:
    """A line for each record. A cluster's id is its least `source:record_key`, so that runs repeat."""
    con.execute(
        f"CREATE TEMP TABLE named_root AS SELECT root, min({_NAMED}) AS id FROM person JOIN record r USING"
        " (no)"
        " GROUP BY root"
    )
    _copy(
        con,
        "SELECT r.source, r.record_key, n.id AS profile_id FROM record r JOIN person USING (no)"
        " JOIN named_root n USING (root) ORDER BY r.no",
        path,
    )
    con.execute("DROP TABLE named_root")


def write_links(con: DuckDBPyConnection, path: Path) -> None:
    """A line for each link, heaviest first; `weight` in bits."""
    _copy(
        con,
        "SELECT a.source AS left_source, a.record_key AS left_key, b.source AS right_source, b.record_key AS"
        f" right_key, k.weight / {UNITS_PER_BIT}::DOUBLE AS weight, CASE WHEN p.root = q.root THEN 'joined'"
        " WHEN h.l IS NULL THEN 'dropped' WHEN t.rule IN ('review', 'ambiguous') THEN 'review' ELSE 'vetoed'"
        " END"
        " AS outcome, CASE WHEN p.root = q.root THEN k.basis WHEN h.l IS NULL THEN 'Too many records hang"
        " together.'"
        " ELSE t.rule || ': ' || t.sentence END AS reason"
        " FROM link k JOIN record a ON a.no = k.l JOIN record b ON b.no = k.r JOIN person p ON p.no = k.l"
        " JOIN person q ON q.no = k.r LEFT JOIN held h ON h.l = k.l AND h.r = k.r LEFT JOIN"
        " (SELECT least(x.root, y.root) AS one, greatest(x.root, y.root) AS other, min(rule) AS rule,"
        " min(sentence) AS sentence FROM apart JOIN person x ON x.no = l JOIN person y ON y.no = r GROUP BY"
        " 1, 2) t"
        " ON t.one = least(p.root, q.root) AND t.other = greatest(p.root, q.root)"
        " ORDER BY k.weight DESC, k.l, k.r",
        path,
    )


def write_rejects(con: DuckDBPyConnection, path: Path) -> None:
    """A line for each value, or whole line, that was not taken."""
    _copy(con, "SELECT source, row, record_key, field, reason FROM reject ORDER BY ALL", path)


def rejected(con: DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Field, reason, and how often, most frequent first."""
    return con.execute(
        "SELECT coalesce(field, 'line'), reason, count(*) FROM reject GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    ).fetchall()


def find_reviews(con: DuckDBPyConnection, policy: Policy, ladder: Sequence[str]) -> int:
    """Makes `review` (kind, subject, records, reason): one item for each key, piece or record; returns how
    many.

    `ladder` names what each level of a piece gave up.
    """
    dropped = "".join(f" WHEN {level} THEN ?" for level in range(len(ladder)))
    con.execute(
        "CREATE TABLE review AS"
        " SELECT 'generic' AS kind, type || ':' || value AS subject, records, 'Shown by ' || records || '"
        " records of '"
        " || tokens || ' names, beyond ' || CASE WHEN records > cap THEN cap || ' records' ELSE generic || '"
        " names' END"
        " || ' it says nothing.' AS reason FROM dead JOIN rule USING (type)"
        f" UNION ALL SELECT 'too_many', {_NAMED}, 1, 'It has ' || count || ' more identifiers than the"
        f" {policy.record_keys_max} that may take part.' FROM left_out JOIN record r USING (no)"
        f" UNION ALL SELECT 'oversize', min({_NAMED}), count(*), 'More than {policy.component_bound} records"
        " hang"
        f" together; given up: ' || CASE min(level){dropped} END || '.' FROM node JOIN record r USING (no)"
        " WHERE level > 0 GROUP BY piece",
        list(ladder),
    )
    return count(con, "review")


def write_reviews(con: DuckDBPyConnection, path: Path) -> None:
    """A line for each thing that a person should look at."""
    _copy(con, "SELECT * FROM review ORDER BY records DESC, kind, subject", path)


def _copy(con: DuckDBPyConnection, query: str, path: Path) -> None:
    try:
        con.execute(f"COPY ({query}) TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT csv, HEADER)")
    except duckdb.Error as error:
        raise FileError(f"{path} cannot be written: {str(error).splitlines()[0]}") from error
