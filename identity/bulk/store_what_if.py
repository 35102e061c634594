"""What another model would change: the joins and splits among the records in the workbench."""

from dataclasses import dataclass
from typing import Final

from identity.bulk.store_workbench import DuckDBPyConnection

SAMPLES: Final = 5

_OF_ONE_RUN: Final = ("weight", "link", "node", "held", "apart", "settled", "person", "restless")
_NAMED: Final = "a.source || ':' || a.record_key, b.source || ':' || b.record_key"


@dataclass(frozen=True, slots=True)
class Change:
    """Pairs of linked records that one model joins and the other does not, and some of them by name."""

    count: int
    samples: tuple[tuple[str, str], ...]


def keep_pairs(con: DuckDBPyConnection) -> None:
    """Keeps the candidate pairs for another run."""
    con.execute("CREATE TABLE pair_kept AS FROM pair")


def set_aside(con: DuckDBPyConnection) -> None:
    """Keeps what a run found as `linked_before` (l, r) and makes room for another on the same pairs."""
    con.execute(
        "CREATE TABLE person_before AS FROM person; CREATE TABLE linked_before AS SELECT l, r FROM link"
    )
    for table in _OF_ONE_RUN:
        con.execute(f"DROP TABLE IF EXISTS {table}")
    con.execute("ALTER TABLE pair_kept RENAME TO pair")


def joins(con: DuckDBPyConnection) -> Change:
    """What the second run joined and the first had apart."""
    return _change(con, "link", "p.root = q.root AND o.root <> s.root")


def splits(con: DuckDBPyConnection) -> Change:
    """What the first run had joined and the second keeps apart."""
    return _change(con, "linked_before", "p.root <> q.root AND o.root = s.root")


def _change(con: DuckDBPyConnection, pairs: str, condition: str) -> Change:
    found = (
        f"FROM {pairs} k JOIN person p ON p.no = k.l JOIN person q ON q.no = k.r JOIN person_before o ON"
        " o.no = k.l"
        f" JOIN person_before s ON s.no = k.r JOIN record a ON a.no = k.l JOIN record b ON b.no = k.r"
        f" WHERE {condition}"
    )
    count = con.execute(f"SELECT count(*) {found}").fetchall()[0][0]
    samples = con.execute(f"SELECT {_NAMED} {found} ORDER BY k.l, k.r LIMIT {SAMPLES}").fetchall()
    return Change(int(count), tuple((left, right) for left, right in samples))
