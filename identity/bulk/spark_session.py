"""A Spark session: the cluster's that the environment names, else a local one on this machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from pyspark.sql import SparkSession


@contextmanager
def session(*, processes: int, memory_mib: int, master: str | None = None) -> Iterator[SparkSession]:
    """A session for one run; a local one listens on the loopback alone and leaves nothing behind."""
    with TemporaryDirectory(prefix="o2o-spark-") as warehouse:
        spark = _builder(processes, memory_mib, master, warehouse).getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        if master is None:
            spark.sparkContext.pythonExec = sys.executable  # another Python may not have what is needed
        try:
            yield spark
        finally:
            spark.stop()


def _builder(processes: int, memory_mib: int, master: str | None, warehouse: str) -> SparkSession.Builder:
    builder = SparkSession.builder.appName("o2o link").config("spark.ui.enabled", "false")
    if master is not None:
        return builder.master(master)
    return (
        builder.master(f"local[{processes}]")
        .config("spark.driver.memory", f"{memory_mib}m")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", str(2 * processes))
        .config("spark.sql.warehouse.dir", warehouse)
    )
