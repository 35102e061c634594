"""Splink on DuckDB: the engine that a run uses unless told otherwise.

Candidates are found before (`store_links`), from the same live keys as online; Splink compares them. Only the
level of each comparison is taken from it; adding up is ours (`store_weights`), to the unit. Pairs with a
record that shows several values of a type are weighed in Python, because a row has one place for each.
"""

import logging
from typing import Any, Final

from splink import DuckDBAPI, Linker

from identity.bulk import store_cards, store_links, store_reach, store_weights
from identity.bulk.engine import weigh_in_python
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.bulk.workforce import Workforce
from identity.scoring import document
from identity.scoring.model import ScoredModel

LEVELS_MAX: Final = 32


class SplinkEngine:
    """Weighs by a document of levels."""

    def __init__(self, model: ScoredModel) -> None:
        self._document = model.document

    def weigh(self, con: DuckDBPyConnection, workforce: Workforce) -> None:
        """Makes `weight`."""
        store_cards.make(con, self._document.terms)
        weigh_in_python(con, store_links.set_aside(con), workforce)
        store_reach.narrow(con, self._document)
        con.execute("ALTER TABLE weight RENAME TO weighed")
        self._compare(con)
        con.execute("INSERT INTO weight SELECT * FROM weighed")
        for table in ("weighed", "blocked_pair", "card"):
            con.execute(f"DROP TABLE {table}")

    def _compare(self, con: DuckDBPyConnection) -> None:
        """Makes `weight` of `blocked_pair`."""
        api = DuckDBAPI(connection=con)
        linker = Linker(api.register("card"), settings(self._document))
        logging.getLogger("splink").setLevel(logging.ERROR)  # each new linker makes it talk again
        blocked = api.register("blocked_pair")
        linker.table_management.register_blocked_pairs_for_predict(blocked)
        predicted = linker.inference.predict(warning_mode="never")
        store_weights.add_up(con, self._document, predicted.physical_name)


def settings(content: document.Document) -> dict[str, Any]:
    """The document's levels, each weighing its own place from 1 on, so that what Splink answers names the
    level.

    Frequencies and the true weights are no part of it: they are added up elsewhere.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "no",
        "blocking_rules_to_generate_predictions": ["l.no = r.no"],  # never used: candidates are registered
        "comparisons": list(map(_numbered, document.settings(content)["comparisons"])),
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "additional_columns_to_retain": [f"{name}_share" for name in store_weights.shared_columns(content)],
    }


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
