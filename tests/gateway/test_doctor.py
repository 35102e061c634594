import datetime as dt
from pathlib import Path

import pytest

from gateway.access import secrets_file
from gateway.doctor import Finding, Verdict, examine
from gateway.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """A home folder with secrets and a migrated database."""
    made = Settings(home=tmp_path, database_url=database_url)
    secrets_file.load_or_create(made.secrets_file)
    return made


def test_a_sound_gateway_has_no_failures(settings: Settings) -> None:
    """Everything is looked at; only what this test's server leaves out for speed is found."""
    found = _examine(settings)
    assert {"Python", "disk", "secrets", "server", "locks", "migrations", "clock"} <= found.keys()
    assert {name for name, finding in found.items() if finding.verdict is Verdict.FAIL} <= {"durability"}


def test_secrets_others_may_read_are_a_failure(settings: Settings) -> None:
    """The finding says what mode to set."""
    settings.secrets_file.chmod(0o644)
    assert _examine(settings)["secrets"].verdict is Verdict.FAIL
    assert "0600" in _examine(settings)["secrets"].told


def test_a_missing_migration_is_a_failure(tmp_path: Path, empty_database_url: str) -> None:
    """A database that nobody migrated is named as such."""
    found = _examine(Settings(home=tmp_path, database_url=empty_database_url))
    assert found["migrations"].verdict is Verdict.FAIL
    assert "none" in found["migrations"].told


def test_clocks_that_differ_are_a_failure(settings: Settings) -> None:
    """Offers start and end by the clock: two seconds are the most that gateway and database may be apart."""
    late = dt.timedelta(seconds=5)
    found = {finding.what: finding for finding in examine(settings, lambda: dt.datetime.now(dt.UTC) - late)}
    assert found["clock"].verdict is Verdict.FAIL


def test_a_database_out_of_reach_is_a_failure(tmp_path: Path) -> None:
    """The finding says so, without the password."""
    nowhere = Settings(home=tmp_path, database_url=f"postgresql://o2o:hunter2@/o2o?host={tmp_path}")
    finding = _examine(nowhere)["database"]
    assert finding.verdict is Verdict.FAIL
    assert "hunter2" not in finding.told


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """A doctor's visit to a place where nothing was ever started leaves it as it was."""
    found = _examine(Settings(home=tmp_path / "never"))
    assert found["database"].verdict is Verdict.WARN
    assert not (tmp_path / "never").exists()


def _examine(settings: Settings) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(settings, lambda: dt.datetime.now(dt.UTC))}
