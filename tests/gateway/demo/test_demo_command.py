"""`o2o demo` where nobody watches: lines instead of a bar that a log cannot show."""

from pathlib import Path

from click.testing import CliRunner

from gateway.commands.demo import command, lines


def test_a_log_gets_a_line_for_every_tenth() -> None:
    """Not one for every step, and the last one says that it is done."""
    said: list[str] = []
    report = lines(said.append)
    for done in range(1001):
        report("sales", done, 1000)
    report("stock", 0, 0)
    assert said[0] == "sales: 0 of 1,000"
    assert said[10] == "sales: 1,000 of 1,000"
    assert said[11:] == ["stock: 0 of 0"]


def test_without_a_terminal_progress_comes_in_lines(tmp_path: Path) -> None:
    """On standard error, so that what is written to standard output stays clean."""
    file = tmp_path / "records.ndjson"
    done = CliRunner().invoke(command, ["--people", "20", "--made-up", "--records", str(file)])
    assert done.exit_code == 0, done.output
    assert "people: 20 of 20" in done.stderr.splitlines()
