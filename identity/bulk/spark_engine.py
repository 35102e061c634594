"""Splink on Spark: the same levels of the same cards and pairs, compared by a cluster.

The Jaro-Winkler that Splink brings to Spark is another one, so the similarities that run online (rapidfuzz)
are registered as functions over Arrow batches. Cards and pairs go over, and levels come back, as Parquet in a
folder that driver and executors both see.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import functions as spark_functions
from splink import Linker
from splink.internals.spark.database_api import SparkAPI

from identity.bulk import splink_engine, store_workbench, weighing
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.bulk.workforce import Workforce
from identity.scoring import similarity
from identity.scoring.model import ScoredModel

Compare = Callable[[str, str], float]


class SparkEngine:
    """Weighs by a document of levels, on a Spark session that somebody opened."""

    def __init__(self, model: ScoredModel, spark: SparkSession, folder: Path | None = None) -> None:
        self._document = model.document
        self._spark = spark
        self._folder = folder

    def weigh(self, con: DuckDBPyConnection, workforce: Workforce) -> None:
        """Makes `weight`."""
        weighing.weigh(con, self._document, workforce, self._compare)

    def _compare(self, con: DuckDBPyConnection, spoken: Sequence[str]) -> str:
        with TemporaryDirectory(prefix="o2o-spark-", dir=self._folder) as folder:
            self._compare_in(Path(folder), con, spoken)
        return "compared"

    def _compare_in(self, folder: Path, con: DuckDBPyConnection, spoken: Sequence[str]) -> None:
        """Makes `compared` by way of files in the folder."""
        for table in ("card", "blocked_pair"):
            store_workbench.save(con, table, folder / f"{table}.parquet")
        _register(self._spark)
        api = SparkAPI(  # type: ignore[no-untyped-call]  # has no types
            spark_session=self._spark, break_lineage_method="persist", register_udfs_automatically=False
        )
        card = api.register(self._spark.read.parquet(str(folder / "card.parquet")))
        linker = Linker(card, in_spark(splink_engine.settings(self._document, spoken)))
        logging.getLogger("splink").setLevel(logging.ERROR)
        pairs = self._spark.read.parquet(str(folder / "blocked_pair.parquet"))
        linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
        predicted = linker.inference.predict(warning_mode="never")
        predicted.as_spark_dataframe().write.parquet(str(folder / "compared"))
        store_workbench.load(con, "compared", folder / "compared" / "*.parquet")


def in_spark(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings in Spark's words, the similarities under names that are ours alone."""
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            for ours, theirs in _WORDS.items():
                level["sql_condition"] = level["sql_condition"].replace(f"{ours}(", f"{theirs}(")
    return settings


def _register(spark: SparkSession) -> None:
    for name, compare in _FUNCTIONS.items():
        spark.udf.register(name, _over_arrow(compare))


def _over_arrow(compare: Compare) -> Any:
    @spark_functions.arrow_udf("double")  # type: ignore[attr-defined, untyped-decorator]  # not in its stubs
    def compared(left: pa.Array, right: pa.Array) -> pa.Array:
        pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
        return pa.array([None if a is None or b is None else compare(a, b) for a, b in pairs], pa.float64())

    return compared


_FUNCTIONS: Final[dict[str, Compare]] = {
    "o2o_similarity": similarity.jaro_winkler,
    "o2o_edits": similarity.edits,
}
_WORDS: Final = {
    "jaro_winkler_similarity": "o2o_similarity",
    "damerau_levenshtein": "o2o_edits",
    "list_contains": "array_contains",
    "list_has_any": "arrays_overlap",
    "list_intersect": "array_intersect",
    "array_length": "size",
    "starts_with": "startswith",
}
