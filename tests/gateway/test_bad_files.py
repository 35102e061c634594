"""A policy or a model that cannot be used is one sentence, whichever command reads it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.commands import link, main
from identity.errors import ModelError
from identity.scoring import model


def test_a_wrong_policy_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names file and field."""
    path = tmp_path / "mine.yaml"
    path.write_text("- 1", encoding="utf-8")
    monkeypatch.setenv("O2O_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("O2O_POLICY", str(path))
    with pytest.raises(SystemExit) as stopped:
        main(["secrets", "token", "web"])
    assert stopped.value.code == 1
    assert "o2o: mine.yaml: policy must be a mapping" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["[1", "[1]"])
def test_what_is_no_model_is_one_sentence(tmp_path: Path, content: str) -> None:
    """Be it no JSON, or other JSON."""
    path = tmp_path / "model.json"
    path.write_text(content, encoding="utf-8")
    table = tmp_path / "crm.csv"
    table.touch()
    given = [str(table), "--id=id", "--map=a=email", f"--out={tmp_path / 'out.csv'}", f"--model={path}"]
    found = CliRunner().invoke(link.command, given)
    assert (found.exit_code, found.stderr.count("is no model: ")) == (1, 1)


def test_other_json_is_no_model() -> None:
    """A list says nothing of weights."""
    with pytest.raises(ModelError, match="no JSON object"):
        model.load([1])  # type: ignore[arg-type]
