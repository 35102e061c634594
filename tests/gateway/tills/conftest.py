"""A furnished store and tills at it."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from gateway.access.security import Scope
from tests.gateway.conftest import Caller, Clock, Issue
from tests.gateway.tills.market import SCOPES, Counter, furnish
from tests.gateway.tills.wire import Wire

OpenCounter = Callable[..., Counter]


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """The retailer's own systems, with a furnished store."""
    found = call(Scope.ADMIN, Scope.CAMPAIGN, Scope.INGEST, Scope.PRIVACY, Scope.PROFILE_READ)
    furnish(found)
    return found


@pytest.fixture
def counter(client: Client, issue: Issue, clock: Clock, tmp_path: Path) -> Iterator[OpenCounter]:
    """A function that opens a till with a journal of its own."""
    token = issue(*SCOPES, source="pos", stores=("0042",))
    opened: list[Counter] = []

    def open_counter(terminal: str, skew_h: int = 0) -> Counter:
        made = Counter(tmp_path / terminal, terminal, Wire(client, token), clock, dt.timedelta(hours=skew_h))
        made.restart()
        opened.append(made)
        return made

    yield open_counter
    for one in opened:
        if one.till is not None:
            one.till.close()
