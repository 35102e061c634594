"""What Splink makes of a file by itself, with the settings of its documentation."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.exceptions import SplinkException

from bench.quality_score import score
from bench.quality_sets import Labelled

THRESHOLDS_BITS: Final = range(-10, 61, 2)
RANDOM_PAIRS: Final = 1_000_000
SEED: Final = 1
SESSIONS: Final = 3
_COMPARISONS: Final[dict[str, Callable[[str], Any]]] = {
    "given_name": cl.NameComparison,
    "family_name": cl.NameComparison,
    "date_of_birth": partial(cl.DamerauLevenshteinAtThresholds, distance_threshold_or_thresholds=[1, 2]),
    "email": cl.EmailComparison,
    "phone": partial(cl.LevenshteinAtThresholds, distance_threshold_or_thresholds=[1, 2]),
    "national_id": partial(cl.DamerauLevenshteinAtThresholds, distance_threshold_or_thresholds=[1, 2]),
}
_UNBLOCKED: Final = frozenset(("region", "city", "street_number"))


def best(path: Path, labelled: Labelled, truth: Mapping[str, str]) -> dict[str, Any]:
    """Splink's best score over the thresholds, told by the truth, and the settings that gave it."""
    mapped = dict(entry.split("=") for entry in labelled.mapped)
    api = DuckDBAPI()
    rules: list[Any] = [
        block_on(column) for column, attribute in mapped.items() if attribute not in _UNBLOCKED
    ]
    linker = Linker(
        api.register(_table(path)),
        SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name=labelled.key,
            comparisons=[_comparison(column, attribute) for column, attribute in mapped.items()],
            blocking_rules_to_generate_predictions=rules,
        ),
        log_level=40,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    _train(linker, rules)
    predicted = linker.inference.predict(threshold_match_weight=min(THRESHOLDS_BITS))
    found: dict[int, Any] = {}
    for bits in THRESHOLDS_BITS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_weight=bits
        )
        rows = clusters.as_record_list()
        found[bits] = score({str(row[labelled.key]): row["cluster_id"] for row in rows}, truth)
    bits = max(found, key=lambda at: found[at].f1)
    shown = {column: type(_comparison(column, name)).__name__ for column, name in mapped.items()}
    return {
        **asdict(found[bits]),
        "threshold_bits_chosen_with_the_truth": bits,
        "comparisons": shown,
        "blocking": [column for column, attribute in mapped.items() if attribute not in _UNBLOCKED],
    }


def _train(linker: Linker, rules: list[Any]) -> None:
    """Three sessions of expectation maximisation, under the first rules that a file has enough pairs for."""
    sessions = 0
    for rule in rules:
        # Splink gives up where a rule finds no pairs, or pairs that never show a level.
        with suppress(ValueError, SplinkException):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
            sessions += 1
        if sessions == SESSIONS:
            return


def _table(path: Path) -> Any:
    """The file with every value as text, "" as absent."""
    return duckdb.read_csv(str(path), header=True, all_varchar=True).to_arrow_table()


def _comparison(column: str, attribute: str) -> Any:
    return _COMPARISONS.get(attribute, cl.JaroWinklerAtThresholds)(column)
