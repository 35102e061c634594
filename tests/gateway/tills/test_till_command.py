"""`o2o till` in the terminal: what is typed is what the client does."""

from pathlib import Path

from click.testing import CliRunner

from gateway.commands.till import command


def _type(folder: Path, *lines: str) -> str:
    """Type these lines at a till that reaches nobody."""
    options = ["--url", "http://127.0.0.1:9", "--key", "o2o_x", "--store", "0042", "--journal", str(folder)]
    done = CliRunner().invoke(command, [*options, "--budget-ms", "50"], input="\n".join([*lines, "quit", ""]))
    assert done.exit_code == 0, done.output
    return done.output


def test_a_till_without_network_sells_and_remembers(tmp_path: Path) -> None:
    """The sale is in the journal, under a number that the next start does not use again."""
    told = _type(tmp_path, "card 2000123", "scan SW-1 59.99", "scan MUG-1 19.90 2", "total", "pay", "forward")
    assert "to pay: 79.89 EUR" in told
    assert "receipt 000001: 79.89 EUR, in the journal" in told
    assert "waiting 2" in told
    assert "receipt 000002" in _type(tmp_path, "scan SW-1 59.99", "pay")


def test_a_till_says_what_it_understands(tmp_path: Path) -> None:
    """Also when a word is wrong, a value is missing, or an amount is no number."""
    for line in ("help", "sell", "scan SW-1", "scan SW-1 cheap", "scan SW-1 1.999", "scan a 1 2 3", 'card "'):
        assert "scan SKU AMOUNT" in _type(tmp_path, line) or line.endswith('"')


def test_only_what_was_sold_here_is_undone(tmp_path: Path) -> None:
    """A number that was mistyped cancels nothing; leading zeros may be left out."""
    told = _type(tmp_path, "scan SW-1 59.99", "pay", "undo 7", "undo 1", "undo 1")
    assert "no receipt 000007" in told
    assert told.count("waiting 3") == 1
    assert "no receipt 000001" in told


def test_a_sale_that_was_not_paid_is_given_back(tmp_path: Path) -> None:
    """Leaving is giving up."""
    assert "receipt" not in _type(tmp_path, "scan SW-1 59.99", "total")
    told = _type(tmp_path, "forward")
    assert "waiting 1" in told
