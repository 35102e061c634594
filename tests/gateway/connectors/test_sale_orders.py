"""Sales in our own JSON that come twice, backwards, or in halves with a crash between: the same is known."""

import random
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import Client

from gateway.access import keys
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.connectors.poslog import stream, transactions
from gateway.serving.steps import steps
from gateway.wiring import Services
from tests.conftest import Scale
from tests.gateway.conftest import Caller, Clock
from tests.gateway.connectors import poslogs, shops, story

pytestmark = pytest.mark.long

SOLD = poslogs.transaction(
    f"{poslogs.key(10)}|{poslogs.goods(1, 'MUG-1', '9.95')}{poslogs.PAID}{poslogs.LOYALTY}"
)
STORY = [
    transactions.body(found.element, zone=ZoneInfo("Europe/Vienna"), currency="EUR")
    for found in stream.documents([poslogs.document(poslogs.SALE, poslogs.RETURN, SOLD, poslogs.VOID)])
]
"""A sale, the return of one of its lines, another sale, and the void of the first one."""

Sends = Sequence[Any]


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


def _orders(scale: Scale) -> dict[str, Sends]:
    half = len(STORY) // 2
    draw = random.Random(4)
    return {
        "as it happened": STORY,
        "twice": [*STORY, *STORY],
        "each twice": [one for told in STORY for one in (told, told)],
        "backwards": STORY[::-1],
        "half, a crash, and all again": [*STORY[:half], *STORY],
        "the later half first": [*STORY[half:], *STORY[:half]],
        **{f"shuffled {n}": draw.sample(STORY, len(STORY)) for n in range(scale(2, 30))},
    }


def _known(held: Services, client: Client, clock: Clock, sends: Sends) -> Any:
    def caller(*scopes: Scope) -> Caller:
        with held.database.transaction() as connection:
            token = keys.issue(connection, Grant("till", frozenset(scopes)), now=held.clock()).token
        return Caller(client, token)

    story.set_the_stage(held, caller(Scope.ADMIN, Scope.CAMPAIGN))
    till = caller(Scope.REDEEM)
    for told in sends:
        answer = till("POST", "/v1/transactions", told)
        assert answer.status_code in {200, 409}, answer.text  # 409: a sale whose void overtook it
    _work_off(held, clock)
    return shops.what_is_known(held, [("loyalty", story.CARD)])


def _work_off(held: Services, clock: Clock) -> None:
    """Returns that came before their sales are booked by the worker."""
    book = next(step for step in steps(held) if step.name == "waiting_returns").run
    more = True
    while more:
        with held.database.transaction() as connection:
            more = book(connection, clock.now)


def test_however_sales_come_the_same_is_known(
    new_services: Callable[[], tuple[Services, Client]], clock: Clock, scale: Scale
) -> None:
    """Sales, returns and voids find each other whichever comes first; what is told again is known."""
    found = {name: _known(*new_services(), clock, sends) for name, sends in _orders(scale).items()}
    first = found["as it happened"]
    assert len(first[f"loyalty/{story.CARD}"]["events"]) >= 2
    assert [name for name, known in found.items() if known != first] == []
