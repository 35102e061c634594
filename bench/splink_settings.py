"""Splink's settings for generated people: comparisons of its documentation, rules by what such files hold."""

from typing import Any, Final

import splink.comparison_library as cl
from splink import SettingsCreator, block_on

JOIN_BITS: Final = 4
RANDOM_PAIRS: Final = 1_000_000
SEED: Final = 1
RULES: Final = (
    ("email",),
    ("phone",),
    ("loyalty_card",),
    ("given_name", "family_name", "city"),
    ("family_name", "date_of_birth"),
    ("postcode", "street_number", "family_name"),
)


def settings() -> SettingsCreator:
    """The settings for a file with one row for each `record_key`."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        comparisons=list(_comparisons().values()),
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in RULES],
    )


def train(linker: Any) -> None:
    """Learns u from random pairs and m from those that share an e-mail address, or a telephone."""
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for columns in RULES[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def told() -> dict[str, Any]:
    """The settings by their names, for reports."""
    return {
        "threshold_match_weight": JOIN_BITS,
        "blocking": [" + ".join(columns) for columns in RULES],
        "comparisons": {column: type(each).__name__ for column, each in _comparisons().items()},
    }


def _comparisons() -> dict[str, Any]:
    return {
        "given_name": cl.NameComparison("given_name"),
        "family_name": cl.NameComparison("family_name"),
        "date_of_birth": cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        "street": cl.JaroWinklerAtThresholds("street"),
        "city": cl.ExactMatch("city"),
        "postcode": cl.ExactMatch("postcode"),
        "email": cl.EmailComparison("email"),
        "phone": cl.LevenshteinAtThresholds("phone", [1, 2]),
    }
