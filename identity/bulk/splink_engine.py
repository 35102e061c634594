"""Splink on DuckDB: the engine that a run uses unless told otherwise.

Candidates are found before (`store_links`), from the same live keys as online; Splink compares them.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final

from splink import DuckDBAPI, Linker

from identity.bulk import store_weights, weighing
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.bulk.workforce import Workforce
from identity.scoring import document
from identity.scoring.model import ScoredModel
from identity.scoring.similarity import hastened

LEVELS_MAX: Final = 32


class SplinkEngine:
    """Weighs by a document of levels."""

    def __init__(self, model: ScoredModel) -> None:
        self._document = model.document

    def weigh(self, con: DuckDBPyConnection, workforce: Workforce) -> None:
        """Makes `weight`."""
        weighing.weigh(con, self._document, workforce, self._compare)

    def _compare(self, con: DuckDBPyConnection, spoken: Sequence[str]) -> str:
        api = DuckDBAPI(connection=con)
        linker = Linker(api.register("card"), in_duckdb(settings(self._document, spoken)))
        logging.getLogger("splink").setLevel(logging.ERROR)  # each new linker makes it talk again
        blocked = api.register("blocked_pair")
        linker.table_management.register_blocked_pairs_for_predict(blocked)
        return linker.inference.predict(warning_mode="never").physical_name


def settings(content: document.Document, spoken: Sequence[str]) -> dict[str, Any]:
    """The levels of these comparisons, each weighing its own place from 1 on, so that what Splink answers
    names the level.

    Frequencies and the true weights are no part of it: they are added up elsewhere.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "no",
        "blocking_rules_to_generate_predictions": ["l.no = r.no"],  # never used: candidates are registered
        "comparisons": [
            _numbered(comparison)
            for comparison in document.settings(content)["comparisons"]
            if comparison["output_column_name"] in spoken
        ],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "additional_columns_to_retain": [
            f"{name}_share" for name in store_weights.shared_columns(content, spoken)
        ],
    }


def in_duckdb(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with conditions that say the same and take DuckDB less time."""
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            level["sql_condition"] = hastened(level["sql_condition"])
    return settings


def _numbered(comparison: dict[str, Any]) -> dict[str, Any]:
    """The comparison with weights that count its levels."""
    levels = [
        {
            "sql_condition": level["sql_condition"],
            "label_for_charts": level["label_for_charts"],
            "is_null_level": level.get("is_null_level", False),
            "m_probability": 2.0 ** (place - LEVELS_MAX),
            "u_probability": 2.0**-LEVELS_MAX,
        }
        for place, level in enumerate(comparison["comparison_levels"])
    ]
    for key in ("m_probability", "u_probability"):
        levels[0].pop(key)
    return {"output_column_name": comparison["output_column_name"], "comparison_levels": levels}
