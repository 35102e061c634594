"""`o2o train` on what the gateway holds."""

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.access.security import Scope
from gateway.commands import model, train
from gateway.wiring import Services
from tests.gateway.conftest import Caller
from tests.identity.bulk.people import written

pytestmark = pytest.mark.long

ATTRIBUTES = ("given_name", "family_name", "date_of_birth", "street", "street_number", "city", "postcode")


@pytest.fixture
def gateway(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The services that a command finds in its environment."""
    monkeypatch.setenv("O2O_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", services.database.url)
    return services


def trained(*options: str) -> Result:
    """What the command says and does."""
    return CliRunner().invoke(train.command, [*options])


def bodies(path: Path) -> bytes:
    """The people of a file as a batch of records."""
    lines = []
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said = {name: row[name] for name in ATTRIBUTES if row[name]}
            shown = [{"type": kind, "value": row[kind]} for kind in ("email", "phone") if row[kind]]
            body = {"source": "crm", "key": row["key"], "attributes": said, "identifiers": shown}
            lines.append(json.dumps(body))
    return "\n".join(lines).encode()


def test_a_model_fitted_to_what_is_stored_is_a_version_that_waits(
    gateway: Services, call: Callable[..., Caller], tmp_path: Path
) -> None:
    """It is listed, tells what it would change, and holds no value by which anybody could be told."""
    people = written(random.Random(3), tmp_path / "crm.csv", count=150)
    source = call(Scope.INGEST)
    put = source("POST", "/v1/records/batch", data=bodies(people), content_type="application/x-ndjson")
    assert put.status_code == 200, put.text
    out, report = tmp_path / "model.json", tmp_path / "report.json"
    found = trained(f"--out={out}", f"--report={report}")
    assert found.exit_code == 0, found.output
    told = json.loads(report.read_text(encoding="utf-8"))
    assert {"joins", "splits"} < set(told["what_if"])
    frequencies = json.loads(out.read_text(encoding="utf-8"))["term_frequencies"]
    assert frequencies["email"]["shares"] == {}
    listed = json.loads(CliRunner().invoke(model.list_models, ["--json"]).stdout)
    assert {each["version"]: each["active"] for each in listed}[told["version"]] is False
    again = trained()
    assert again.exit_code == 0
    assert told["version"] in again.stdout


def test_next_to_nothing_teaches_nothing(gateway: Services) -> None:
    """An empty gateway is told so in a sentence."""
    found = trained()
    assert found.exit_code == 1
    assert "little to learn" in found.stderr


def test_files_come_with_what_their_columns_hold(tmp_path: Path) -> None:
    """Half of it is a mistake of the command line."""
    assert trained("--id=key").exit_code == 2
    people = written(random.Random(3), tmp_path / "crm.csv", count=10)
    assert trained(str(people), "--id=key").exit_code == 2
    assert trained(str(people), "--id=key", "--map=email=email").exit_code == 2
