from pathlib import Path

import pytest

from gateway.settings import SettingsError, from_environment


def test_an_empty_environment_gives_a_working_gateway() -> None:
    """Nothing has to be set to start."""
    settings = from_environment({})
    assert settings.home == Path.cwd() / ".o2o"
    assert (settings.host, settings.port, settings.metrics_port) == ("127.0.0.1", 8000, 8001)
    assert settings.database_url is None
    assert settings.secrets_file == settings.home / "secrets.json"


def test_relative_folders_are_fixed_at_the_start() -> None:
    """A process that changes its folder later still finds its home."""
    assert from_environment({"O2O_HOME": "elsewhere"}).home == Path.cwd() / "elsewhere"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("O2O_PORT", "http"),
        ("O2O_PORT", "0"),
        ("O2O_PORT", "65536"),
        ("O2O_PORT", "٨٠٠٠"),
        ("O2O_WORKERS", "0"),
        ("O2O_WORKERS", "-1"),
        ("O2O_LOG_LEVEL", "chatty"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    """The operator reads which variable to change."""
    with pytest.raises(SettingsError, match=name):
        from_environment({name: value})


def test_the_databases_password_is_not_shown() -> None:
    """Settings end up in tracebacks and logs."""
    assert "hunter2" not in repr(from_environment({"DATABASE_URL": "postgresql://o2o:hunter2@db/o2o"}))
