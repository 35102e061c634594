"""Commands in a database that no gateway has been started with."""

import pytest
from click.testing import CliRunner

from gateway.commands import group


@pytest.mark.parametrize(
    "said",
    [
        "model list",
        "policy apply",
        "keys list",
        "batches list",
        "campaigns list",
        "sources list",
        "how 0193a000-0000-7000-8000-000000000001",
    ],
)
def test_a_command_says_what_to_do_first(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """A sentence, not a trace."""
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    result = CliRunner().invoke(group, said.split())
    assert result.exit_code == 1
    assert "o2o run" in result.output
