"""`o2o till` in the terminal: what is typed is what the client does."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from gateway.commands.till import command


class _Refusing(BaseHTTPRequestHandler):
    """A gateway that does not know the store."""

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"code": "not_found", "detail": "There is no store 0042."}'
        self.send_response(404)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = _refuse  # noqa: N815  (the names are the base class's)


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of a gateway that refuses everything."""
    server = HTTPServer(("127.0.0.1", 0), _Refusing)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _type(folder: Path, *lines: str, url: str = "http://127.0.0.1:9") -> str:
    """Type these lines at a till, which reaches nobody unless told whom."""
    options = ["--url", url, "--key", "o2o_x", "--store", "0042", "--journal", str(folder)]
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


def test_what_was_refused_is_told_with_its_reason(tmp_path: Path, refusing: str) -> None:
    """A wrong store looks like no network otherwise."""
    told = _type(tmp_path, "offers", "scan SW-1 59.99", "pay", "forward", url=refusing)
    assert "or a refusal" in told
    assert "refused (404): There is no store 0042." in told


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
