"""Splink by itself on a file of generated people: columns as they are, comparisons of its documentation."""

from pathlib import Path
from typing import Any, Final

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

JOIN_BITS: Final = 4
RANDOM_PAIRS: Final = 1_000_000
SEED: Final = 1
_RULES: Final = (
    ("email",),
    ("phone",),
    ("loyalty_card",),
    ("given_name", "family_name", "city"),
    ("family_name", "date_of_birth"),
    ("postcode", "street_number", "family_name"),
)


def clusters(path: Path) -> int:
    """How many clusters Splink finds; trains, compares and clusters."""
    api = DuckDBAPI()
    rules: list[Any] = [block_on(*columns) for columns in _RULES]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("family_name"),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.JaroWinklerAtThresholds("street"),
            cl.ExactMatch("city"),
            cl.ExactMatch("postcode"),
            cl.EmailComparison("email"),
            cl.LevenshteinAtThresholds("phone", [1, 2]),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(api.register(_table(path)), settings, log_level=40)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in rules[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_weight=JOIN_BITS)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_weight=JOIN_BITS
    )
    return len({row["cluster_id"] for row in found.as_record_list()})


def _table(path: Path) -> Any:
    return duckdb.read_csv(str(path), header=True, all_varchar=True).to_arrow_table()
