"""Keys and personal data appear in no log line."""

import datetime as dt
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from gateway.access.security import Scope
from gateway.processes import logs
from gateway.settings import Settings
from tests.gateway.conftest import Caller, Clock
from tests.gateway.golden_retail import STEPS as RETAIL
from tests.gateway.golden_shopper import STEPS as SHOPPER
from tests.gateway.golden_steward import STEPS as STEWARD
from tests.gateway.golden_till import STEPS as TILL
from tests.gateway.test_golden import World, play


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[io.StringIO]:
    """What the process would log, at its most talkative."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    logs.configure(Settings(home=tmp_path, log_level="debug"), written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


PERSONAL = (
    "anna",
    "mueller",
    "müller",
    "example.org",
    "2000123",
    "2999999",
    "660",
    "1010",
    "browser-1",
    "par-q7",
    "passport",
)
"""Every value of the story that says something about somebody, in lower case."""


def test_the_story_leaves_nobody_in_the_log(
    call: Callable[..., Caller], clock: Clock, stream: io.StringIO
) -> None:
    """Names, addresses, cards, devices and keys of a whole story: not one is logged."""
    back = call(Scope.ADMIN, Scope.CAMPAIGN, Scope.INGEST, Scope.PROFILE_READ, Scope.PRIVACY, Scope.STEWARD)
    till = call(Scope.QUERY, Scope.REDEEM, Scope.INGEST, source="pos", stores=("0042",))
    shop = call(Scope.INGEST, source="web")
    world = World(back=back, till=till, shop=shop, clock=clock)
    assert len(list(play(world, [*RETAIL, *SHOPPER, *TILL, *STEWARD]))) > 40
    back("GET", "/v1/records/web/anna-1%00")
    back("GET", "/nowhere/anna@example.org?email=anna@example.org")
    back("POST", "/v1/judgements", data=b'{"anna": "anna@example.org"', content_type="application/json")
    Caller(call()._client, "o2o_annaannaanna_secretsecret")("GET", "/v1/stores")
    written = stream.getvalue()
    lines = [json.loads(line) for line in written.splitlines()]
    assert len(lines) > 40
    assert {"request"} <= {line["event"] for line in lines}
    # Times and key ids hold any digits by chance.
    told = [{name: line[name] for name in line.keys() - {"timestamp", "ms", "key"}} for line in lines]
    for value in PERSONAL:
        assert value not in str(told).lower(), value
    for caller in (back, till, shop):
        assert caller.token is not None
        assert caller.token.rpartition("_")[2] not in written


def test_an_unexpected_error_is_logged_without_its_message(stream: io.StringIO) -> None:
    """A database's message quotes the row; where it happened is enough."""
    try:
        json.loads("anna@example.org")
    except ValueError as error:
        structlog.get_logger().error("unexpected", error=error)
    line = json.loads(stream.getvalue())
    assert line["error"] == "JSONDecodeError"
    assert any("test_logs" in frame for frame in line["frames"])
    assert "anna" not in stream.getvalue()


def test_a_library_speaks_without_its_arguments(stream: io.StringIO) -> None:
    """A library's template is ours to read, what it was filled with is not."""
    logging.getLogger("sqlalchemy").warning("slow statement: %s", "anna@example.org")
    assert "slow statement" in stream.getvalue()
    assert "anna" not in stream.getvalue()


def test_what_has_the_form_of_a_key_is_blotted_out(stream: io.StringIO) -> None:
    """The last net under all rules."""
    structlog.get_logger().info("oops", header="Bearer o2o_abcdefghjkmn_" + "0f" * 32)
    assert "0f0f" not in stream.getvalue()
    assert "o2o_***" in stream.getvalue()


def test_a_line_is_json_with_a_time(stream: io.StringIO) -> None:
    """Machines read logs."""
    structlog.get_logger().info("something", number=7)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["number"]) == ("something", "info", 7)
    assert dt.datetime.fromisoformat(line["timestamp"]).tzinfo is not None
