"""A model fitted to the records in the workbench, by `identity.scoring.training`."""

import numpy as np
import pyarrow as pa

from identity.bulk import store_cards
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.bulk.workforce import Workforce
from identity.scoring import catalogue, columns, names
from identity.scoring.comparison import Comparison
from identity.scoring.document import Terms
from identity.scoring.model import ScoredModel
from identity.scoring.pool import Name
from identity.scoring.training import fit
from identity.scoring.training.levels import Pairs


def fitted(con: DuckDBPyConnection, workforce: Workforce, *, live_together: bool) -> ScoredModel:
    """The model that the records in the workbench, and their candidate pairs, teach."""
    store_cards.make(con, {}, workforce)
    held = _held(con)
    known = [
        *catalogue.KNOWN.values(),
        *(catalogue.comparison(name) for name in held if name.startswith("x_")),
    ]
    comparisons = tuple(each for each in known if each.column in held) or (names.GIVEN,)
    named = sorted(held.union(*(columns.named_in(each) for each in comparisons)))
    table = con.sql(f"SELECT no - 1 AS no, {', '.join(named)} FROM card ORDER BY no").to_arrow_table()
    terms = {column: _terms(con, column) for column in _termed(comparisons)}
    pairs = con.sql("SELECT l - 1 AS l, r - 1 AS r FROM pair ORDER BY 1, 2").to_arrow_table()
    con.execute("DROP TABLE card")
    held_cards = fit.Cards(table, _names(con), comparisons, terms)
    return fit.of_cards(held_cards, _as_array(pairs), live_together=live_together)


def _names(con: DuckDBPyConnection) -> list[Name | None]:
    """The name of each record, None of a nameless one."""
    parts = ", ".join(f"m.{part}" for part in ("given", "middle", "family", "full_name", "organisation"))
    found = con.execute(
        f"SELECT {parts} FROM record r LEFT JOIN named USING (no) LEFT JOIN name m USING (name_no) ORDER BY"
        " r.no"
    ).fetchall()
    return [None if row[0] is None else Name(*row) for row in found]


def _held(con: DuckDBPyConnection) -> set[str]:
    """The columns that hold anything."""
    described = con.execute("SELECT name FROM pragma_table_info('card')").fetchall()
    names = [name for (name,) in described if name not in ("no", "several")]
    counts = con.execute(f"SELECT {', '.join(f'count({name})' for name in names)} FROM card").fetchall()[0]
    return {name for name, count in zip(names, counts, strict=True) if count}


def _termed(comparisons: tuple[Comparison, ...]) -> dict[str, None]:
    """The columns whose values' frequencies matter, each once."""
    levels = (level for comparison in comparisons for level in comparison.levels)
    return dict.fromkeys(level.term for level in levels if level.term is not None)


def _terms(con: DuckDBPyConnection, column: str) -> Terms:
    """Shares of the values that stand in it more than once; all others count as seen once."""
    in_all = max(int(con.execute(f"SELECT count({column}) FROM card").fetchall()[0][0]), 1)
    found = con.execute(
        f"SELECT {column}, count(*) FROM card WHERE {column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    ).fetchall()
    return Terms(in_all, {value: times / in_all for value, times in sorted(found)})


def _as_array(pairs: pa.Table) -> Pairs:
    return np.stack([pairs["l"].to_numpy(), pairs["r"].to_numpy()], axis=1)
