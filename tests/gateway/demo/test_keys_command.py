import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.commands.keys import command


@pytest.fixture
def o2o(database_url: str, monkeypatch: pytest.MonkeyPatch) -> "Keys":
    """The command against a database of its own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return Keys()


class Keys:
    """Runs `o2o keys`."""

    def __call__(self, *arguments: str) -> Result:
        """The result, whatever it is."""
        return CliRunner().invoke(command, list(arguments))

    def json(self, *arguments: str) -> Any:
        """What a successful call prints with --json, which is all it prints."""
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


def test_a_token_is_all_that_create_prints(o2o: Keys) -> None:
    """A script can take the token from standard output; the warning goes elsewhere."""
    result = o2o("create", "Till 7", "--scope", "query", "--scope", "redeem", "--store", "0042")
    assert result.exit_code == 0
    assert result.stdout.startswith("o2o_")
    assert len(result.stdout.split()) == 1
    [shown] = o2o.json("list")
    assert (shown["name"], shown["scopes"], shown["stores"]) == ("Till 7", ["query", "redeem"], ["0042"])


def test_no_list_shows_a_secret(o2o: Keys) -> None:
    """What was shown once is never shown again."""
    token = o2o("create", "Till", "--scope", "query").stdout.strip()
    secret = token.rpartition("_")[2]
    for shown in (o2o("list").output, o2o("list", "--json").output):
        assert secret not in shown
        assert token.split("_")[1] in shown


def test_impossible_keys_are_refused_with_a_sentence(o2o: Keys) -> None:
    """A public key with more than its one scope is an error of the caller: exit code 1, no stack trace."""
    result = o2o("create", "Browser", "--scope", "ingest_public", "--scope", "query", "--source", "web")
    assert result.exit_code == 1
    assert "must be its only scope" in result.output
    assert o2o.json("list") == []


def test_bulk_makes_a_key_for_each_till(o2o: Keys, tmp_path: Path) -> None:
    """All keys are made in one call, in a file for its owner only that is never written over."""
    tills, out = tmp_path / "tills.csv", tmp_path / "tokens.csv"
    tills.write_text("name,store\n" + "".join(f"Till {n},{n % 3:04d}\n" for n in range(50)))
    result = o2o("bulk", str(tills), "--scope", "query", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    made = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["store"] for row in made] == [f"{n % 3:04d}" for n in range(50)]
    assert len({row["token"] for row in made}) == 50
    assert len(o2o.json("list")) == 50
    assert o2o("bulk", str(tills), "--scope", "query", "--out", str(out)).exit_code == 1


def test_bulk_with_a_bad_line_makes_nothing(o2o: Keys, tmp_path: Path) -> None:
    """All keys are made or none, and no half file of tokens stays."""
    tills, out = tmp_path / "tills.csv", tmp_path / "tokens.csv"
    tills.write_text("name,store\nTill 1,0001\nTill 2,\n")
    result = o2o("bulk", str(tills), "--scope", "query", "--out", str(out))
    assert result.exit_code == 1
    assert "line 3" in result.output
    assert not out.exists()
    assert o2o.json("list") == []


def test_revoking_takes_the_id_or_the_token(o2o: Keys) -> None:
    """Whoever holds a leaked token can paste it whole; an unknown one is an error."""
    token = o2o("create", "Leaked", "--scope", "query").stdout.strip()
    assert o2o("revoke", token).exit_code == 0
    assert o2o.json("list") == []
    [gone] = o2o.json("list", "--revoked")
    assert gone["revoked_at"]
    assert o2o("revoke", "abc").exit_code == 1


def test_rotating_leaves_both_for_a_while(o2o: Keys) -> None:
    """The successor may do the same at once, the old key gets an end."""
    old = o2o("create", "Till 7", "--scope", "query", "--store", "0042").stdout.strip()
    new = o2o.json("rotate", old.split("_")[1])
    assert new["token"] != old
    ends = {shown["key_id"]: shown["expires_at"] for shown in o2o.json("list")}
    assert ends[old.split("_")[1]] is not None
    assert ends[new["key_id"]] is None
