"""Day files that come twice, backwards, or in halves with a kill between: the same is known."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from gateway.access import keys
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.poslog import importing
from gateway.wiring import Services
from tests.gateway.conftest import Caller, Clock
from tests.gateway.connectors import poslogs, shops, story

ALL = (poslogs.SALE, poslogs.RETURN, poslogs.VOID, poslogs.DRAWER, poslogs.BROKEN)
HALF = 2

FILES: dict[str, Sequence[Sequence[str]]] = {
    "as it happened": [ALL],
    "twice": [ALL, (*ALL, poslogs.DRAWER)],
    "backwards": [ALL[::-1]],
    "the later half first": [ALL[HALF:], ALL[:HALF]],
    "one file each": [[one] for one in ALL],
}


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


def _stage(held: Services, client: Client) -> None:
    with held.database.transaction() as connection:
        grant = Grant("back", frozenset({Scope.ADMIN, Scope.CAMPAIGN}))
        token = keys.issue(connection, grant, now=held.clock()).token
    story.set_the_stage(held, Caller(client, token))


def _import(held: Services, path: Path, transactions: Sequence[str], *, steps: int | None = None) -> None:
    path.write_bytes(poslogs.document(*transactions))
    for _ in itertools.islice(importing.take_in(held, path, source="pos"), steps):
        """Until it is done, or killed."""


def _known(held: Services) -> Any:
    return shops.what_is_known(held, [("loyalty", story.CARD)])


def test_however_the_files_come_the_same_is_known(
    new_services: Callable[[], tuple[Services, Client]], tmp_path: Path
) -> None:
    """Sales, returns and voids find each other whichever comes first."""
    found: dict[str, Any] = {}
    for name, files in FILES.items():
        held, client = new_services()
        _stage(held, client)
        for number, transactions in enumerate(files):
            _import(held, tmp_path / f"{number}.xml", transactions)
        found[name] = _known(held)
    held, client = new_services()
    _stage(held, client)
    _import(held, tmp_path / "killed.xml", ALL, steps=HALF)
    _import(held, tmp_path / "killed.xml", ALL)
    found["halves with a kill between"] = _known(held)
    first = found["as it happened"]
    assert len(first[f"loyalty/{story.CARD}"]["events"]) >= 2
    assert [name for name, known in found.items() if known != first] == []
