"""`o2o sources`: what is written down of a source that is paused."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.commands.sources import command


def test_a_card_number_in_the_reason_for_a_pause_is_masked(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is where the reason comes over HTTP."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("O2O_HOME", str(tmp_path))
    told = CliRunner().invoke(command, ["pause", "crm", "--reason", "all show 4111 1111 1111 1111"])
    assert told.exit_code == 0, told.output
    shown = CliRunner().invoke(command, ["list"]).output
    assert "all show" in shown
    assert "4111" not in shown
