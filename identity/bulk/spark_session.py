"""A Spark session: the cluster's that the environment names, else a local one on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession


@contextmanager
def session(*, processes: int, memory_mib: int, master: str | None = None) -> Iterator[SparkSession]:
    """A session for one run; a local one listens on the loopback alone."""
    builder = SparkSession.builder.appName("o2o link").config("spark.ui.enabled", "false")
    if master is None:
        builder = (
            builder.master(f"local[{processes}]")
            .config("spark.driver.memory", f"{memory_mib}m")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", str(2 * processes))
        )
    else:
        builder = builder.master(master)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()
