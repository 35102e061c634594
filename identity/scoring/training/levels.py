"""On which level each comparison of each pair agrees, asked of DuckDB by the levels' own SQL.

Invariant: what is asked is the SQL of the catalogue, so training sees the levels that scoring will see.
"""

from collections.abc import Sequence
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from identity.scoring.comparison import ELSE, Comparison

ABSENT: Final = -1

Pairs = NDArray[np.int64]
Levels = NDArray[np.int8]
"""A row for each pair, a column for each comparison: the level's place, ABSENT when a side says nothing."""


def between(cards: Any, pairs: Pairs, comparisons: Sequence[Comparison]) -> Levels:
    """The levels of `pairs`, two columns of row numbers of the Arrow table `cards`."""
    if not len(pairs):
        return np.zeros((0, len(comparisons)), dtype=np.int8)
    with duckdb.connect() as con:
        con.register("card", cards)
        con.register("pair", {"place": np.arange(len(pairs)), "l": pairs[:, 0], "r": pairs[:, 1]})
        found = con.execute(_query(cards.column_names, comparisons)).fetchnumpy()
    return np.stack([found[f"level_{place}"].astype(np.int8) for place in range(len(comparisons))], axis=1)


def _query(columns: Sequence[str], comparisons: Sequence[Comparison]) -> str:
    sides = ", ".join(f'{side}."{name}" AS "{name}_{side}"' for name in columns for side in "lr")
    asked = ", ".join(f"{_case(each)} AS level_{place}" for place, each in enumerate(comparisons))
    return f"""
        SELECT {asked} FROM (
            SELECT pair.place, {sides} FROM pair JOIN card l ON l.no = pair.l JOIN card r ON r.no = pair.r
        ) ORDER BY place
    """  # noqa: S608 - names and conditions are the catalogue's own


def _case(comparison: Comparison) -> str:
    tests = [f"WHEN {comparison.null_sql} THEN {ABSENT}"]
    for place, level in enumerate(comparison.levels):
        tests.append(f"ELSE {place}" if level.sql == ELSE else f"WHEN {level.sql} THEN {place}")
    return f"CASE {' '.join(tests)} END"
