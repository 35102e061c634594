import csv
import io
from datetime import date

import orjson

from gateway.demo import files, households
from gateway.demo.world import World

WORLD = World(seed=7, today=date(2026, 11, 21))


def test_the_truth_has_a_line_for_each_record() -> None:
    """The records' file and the truth have the same lines in the same order."""
    records, truth = io.BytesIO(), io.StringIO()
    written = files.all_rows(WORLD, households.stream(WORLD, 0, 200))
    count = files.write_truth(truth, files.write_ndjson(records, written))
    told = list(csv.DictReader(io.StringIO(truth.getvalue())))
    lines = [orjson.loads(line) for line in records.getvalue().splitlines()]
    assert len(told) == len(lines) == count
    assert tuple(told[0]) == files.TRUTH
    for line, row in zip(lines, told, strict=True):
        assert (line["source"], line["key"]) == (row["source"], row["record_key"].partition("~")[0])
        assert row["person_id"].startswith("p")
        assert row["household_id"].startswith("h")


def test_the_first_records_are_those_of_the_first_households() -> None:
    """However many are asked for: more of them only go on where fewer ended."""
    of_homes = list(files.all_rows(WORLD, households.stream(WORLD, 0, 30)))
    assert list(files.of_records(WORLD, 40)) == of_homes[:40]


def test_the_flat_table_has_unique_keys() -> None:
    """A table for linking names each record once, also a card that somebody else had before."""
    table, truth = io.StringIO(), io.StringIO()
    written = files.all_rows(WORLD, households.stream(WORLD, 0, 600))
    count = files.write_truth(truth, files.write_csv(table, written))
    found = list(csv.DictReader(io.StringIO(table.getvalue())))
    assert len({(row["source"], row["record_key"]) for row in found}) == count
    assert any("~2" in row["record_key"] for row in found)
