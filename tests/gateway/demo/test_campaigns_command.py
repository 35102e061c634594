import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway import demo
from gateway.commands.campaigns import command

SAMPLES = Path(demo.__file__).with_name("campaigns")
CAMPAIGN = """
campaign: spring
name: Spring
trigger: always
reward: {percent: 10%}
messages: {all: {en: {title: Spring}}}
"""


class Campaigns:
    """Runs `o2o campaigns`."""

    def __call__(self, *arguments: str) -> Result:
        """The result, whatever it is."""
        return CliRunner().invoke(command, list(arguments))

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        """What a successful call prints with --json, which is all it prints."""
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        found: list[dict[str, Any]] = json.loads(result.stdout)
        return found


@pytest.fixture
def o2o(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Campaigns:
    """The command against a database of its own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return Campaigns()


def test_the_samples_go_live(o2o: Campaigns) -> None:
    """A folder of files is applied as a whole, and the list says what is served."""
    applied = o2o.json("apply", str(SAMPLES))
    assert len(applied) >= 3
    assert all(one["is_new_version"] and one["state"] == "live" for one in applied)
    assert [one["campaign"] for one in o2o.json("list")] == sorted(one["campaign"] for one in applied)


def test_applying_again_changes_nothing(o2o: Campaigns) -> None:
    """The same files make no new version, so a pipeline may apply them at every run."""
    o2o("apply", str(SAMPLES))
    before = o2o.json("list")
    again = o2o.json("apply", str(SAMPLES))
    assert not any(one["is_new_version"] for one in again)
    assert o2o.json("list") == before


def test_one_bad_file_applies_none(o2o: Campaigns, tmp_path: Path) -> None:
    """Everything wrong is named with file and line, and nothing was stored."""
    (tmp_path / "good.yaml").write_text(CAMPAIGN)
    (tmp_path / "bad.yaml").write_text(CAMPAIGN.replace("10%", "ten") + "colour: blue\n")
    result = o2o("apply", str(tmp_path))
    assert result.exit_code == 1
    assert "bad.yaml: line 5" in result.output
    assert "colour" in result.output
    assert o2o.json("list") == []


def test_a_draft_is_stored_and_not_served(o2o: Campaigns, tmp_path: Path) -> None:
    """A new version can wait while the old one goes on."""
    file = tmp_path / "spring.yaml"
    file.write_text(CAMPAIGN)
    o2o("apply", str(file))
    file.write_text(CAMPAIGN.replace("10%", "15%"))
    [done] = o2o.json("apply", str(file), "--draft")
    assert (done["version"], done["live_version"]) == (2, 1)
    assert any("15%" in line for line in done["difference"])
    [done] = o2o.json("apply", str(file))
    assert (done["version"], done["live_version"]) == (2, 2)


def test_two_files_of_one_campaign_are_refused(o2o: Campaigns, tmp_path: Path) -> None:
    """Which of them should count would be chance."""
    for name in ("a.yaml", "b.yml"):
        (tmp_path / name).write_text(CAMPAIGN)
    result = o2o("apply", str(tmp_path))
    assert result.exit_code == 1
    assert "spring" in result.output


def test_an_empty_folder_is_an_error(o2o: Campaigns, tmp_path: Path) -> None:
    """Applying nothing is a mistake in the path, not a success."""
    assert o2o("apply", str(tmp_path)).exit_code == 1


def test_an_empty_list_says_what_to_do(o2o: Campaigns) -> None:
    """Somebody who has no campaign is told how to get one."""
    result = o2o("list")
    assert result.exit_code == 0
    assert "o2o campaigns apply" in result.output
