"""What a command would overwrite, or could not write, is said before it begins."""

from pathlib import Path

import click
import pytest

from gateway.commands import written


def test_files_in_a_folder_that_is_there_are_fine(tmp_path: Path) -> None:
    """New ones, those of an earlier run, and several times what takes anything."""
    (tmp_path / "links.csv").touch()
    nowhere = Path("/dev/null")
    outputs = {"--out": tmp_path / "out.csv", "--links": tmp_path / "links.csv"}
    written.check(outputs | {"--reviews": nowhere, "--rejects": nowhere}, [tmp_path / "crm.csv"])


def test_what_is_read_is_not_overwritten(tmp_path: Path) -> None:
    """Whichever way the path is written."""
    with pytest.raises(click.ClickException, match=r"is read by this run: name another file with --out\."):
        written.check({"--out": tmp_path / "sub" / ".." / "crm.csv"}, [tmp_path / "crm.csv"])


def test_no_two_outputs_are_one_file(tmp_path: Path) -> None:
    """The second would replace the first."""
    with pytest.raises(click.ClickException, match="is written by --out already"):
        written.check({"--out": tmp_path / "a.csv", "--links": tmp_path / "a.csv"}, [])


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    """Who waited for hours would lose what was found."""
    with pytest.raises(click.ClickException, match="name a file with --links in a folder that is there"):
        written.check({"--out": None, "--links": tmp_path / "no" / "links.csv"}, [])
