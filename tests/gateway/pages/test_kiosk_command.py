"""`o2o kiosk`: what an operator does at the command line."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from uuid_utils.compat import uuid7

from gateway.commands.kiosk import command
from gateway.pages.kiosk import pairing
from gateway.pages.kiosk.pairing import Paired
from gateway.wiring import Services

Run = Callable[[Sequence[str]], Result]


@pytest.fixture
def run(services: Services, tmp_path: Path) -> Run:
    """Run the command against the test's own database."""
    environment = {"DATABASE_URL": services.database.url, "O2O_HOME": str(tmp_path)}
    return lambda arguments: CliRunner().invoke(command, list(arguments), env=environment)


def pair(services: Services, run: Run) -> Paired:
    """Make a code by command and type it."""
    said = run(["pair", "--store", "0042", "--name", "Entrance"])
    assert said.exit_code == 0, said.output
    found = re.search(r"Pairing code +([0-9A-Z]{5}-[0-9A-Z]{5})", said.output)
    assert found is not None
    with services.database.transaction() as connection:
        paired = pairing.pair(connection, found[1], device_id=uuid7(), now=services.clock())
    assert isinstance(paired, Paired)
    return paired


def test_an_operator_makes_a_code_that_pairs(services: Services, run: Run) -> None:
    """The code is shown with its store and where to type it, and it works."""
    said = run(["pair", "--store", "0042"]).output
    assert "Wien Mariahilf" in said
    assert "http://127.0.0.1:8000/kiosk within 10 min" in said
    assert pair(services, run).device.store == "0042"


def test_no_code_for_a_store_that_is_not_there(run: Run) -> None:
    """A typing error is told before anybody walks to a kiosk."""
    said = run(["pair", "--store", "0099"])
    assert said.exit_code == 1
    assert "0099" in said.output


def test_kiosks_are_listed_and_revoked(services: Services, run: Run) -> None:
    """The list names id, store and name; a revoked one is shown on request only."""
    assert "No kiosk is paired." in run(["list"]).output
    device = pair(services, run).device
    assert str(device.device_id) in run(["list", "--store", "0042"]).output
    assert "Entrance" in run(["list"]).output
    assert run(["revoke", str(device.device_id)]).exit_code == 0
    assert str(device.device_id) not in run(["list"]).output
    assert "revoked" in run(["list", "--revoked"]).output


def test_revoking_nobody_is_an_error(run: Run) -> None:
    """A mistyped id must not look like success."""
    assert run(["revoke", str(uuid7())]).exit_code == 1
    assert run(["revoke", "nonsense"]).exit_code == 2
