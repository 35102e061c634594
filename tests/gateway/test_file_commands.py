"""`o2o link` and `o2o train` on files, without a server."""

import csv
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.commands import link, train
from tests.identity.bulk.people import COLUMNS, written

pytestmark = pytest.mark.long

MAPPED = [f"--map={name}={name.removesuffix('_2')}" for name in COLUMNS if name != "key"]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file of 150 records of fifty people."""
    return written(random.Random(3), tmp_path / "crm.csv", count=150)


def linked(people: Path, *options: str) -> Result:
    """What `o2o link` says and does with these options."""
    given = [str(people), "--id=key", *MAPPED, "--processes=1", *options]
    return CliRunner().invoke(link.command, given)


def test_link_writes_clusters_and_tells_its_phases(people: Path, tmp_path: Path) -> None:
    """Each record stands in one cluster; the summary has the seconds of each phase."""
    out = tmp_path / "clusters.csv"
    found = linked(people, f"--out={out}", "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert set(told["seconds"]) == {
        "read",
        "normalise",
        "keys",
        "pairs",
        "weigh",
        "links",
        "persons",
        "write",
    }
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["record_key"] for row in rows}) == len(rows) == told["records"] == 150
    assert len({row["profile_id"] for row in rows}) == told["persons"] < 150


@pytest.mark.parametrize("name", ["link", "train"])
def test_a_country_that_is_none_is_refused(people: Path, tmp_path: Path, name: str) -> None:
    """Else no number without a prefix would be read, and nobody told why."""
    out = tmp_path / "out"
    given = [str(people), "--id=key", *MAPPED, f"--out={out}", "--country=XX"]
    found = CliRunner().invoke({"link": link.command, "train": train.command}[name], given)
    assert found.exit_code == 2
    assert "'XX' is no country: say its code, such as AT." in found.stderr
    assert not out.exists()


def test_link_refuses_an_unknown_attribute_in_a_sentence(people: Path, tmp_path: Path) -> None:
    """Nothing is written, and the nearest name is proposed."""
    out = tmp_path / "clusters.csv"
    found = linked(people, f"--out={out}", "--map=club=famly_name")
    assert found.exit_code == 1
    assert "Did you mean family_name?" in found.stderr
    assert not out.exists()


def test_what_train_writes_link_takes(people: Path, tmp_path: Path) -> None:
    """The fitted model weighs the same files; the report tells levels, joins and splits."""
    model, report = tmp_path / "model.json", tmp_path / "report.json"
    given = [str(people), "--id=key", *MAPPED, f"--out={model}", f"--report={report}"]
    found = CliRunner().invoke(train.command, given)
    assert found.exit_code == 0, found.output
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["what_if"]["compared_with"].startswith("shipped")
    assert {"joins", "splits"} < set(told["what_if"])
    by_it = linked(people, f"--out={tmp_path / 'clusters.csv'}", f"--model={model}", "--json")
    assert json.loads(by_it.stdout)["model"] == told["version"]
