"""Splink by itself on a file of generated people: columns as they are, comparisons of its documentation."""

from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from bench import splink_settings
from bench.splink_settings import JOIN_BITS


def clusters(path: Path) -> int:
    """How many clusters Splink finds; trains, compares and clusters."""
    linker = Linker(DuckDBAPI().register(_table(path)), splink_settings.settings(), log_level=40)
    splink_settings.train(linker)
    predicted = linker.inference.predict(threshold_match_weight=JOIN_BITS)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_weight=JOIN_BITS
    )
    return len({row["cluster_id"] for row in found.as_record_list()})


def _table(path: Path) -> Any:
    return duckdb.read_csv(str(path), header=True, all_varchar=True).to_arrow_table()
