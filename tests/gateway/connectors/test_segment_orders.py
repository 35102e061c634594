"""Online events twice, backwards, shuffled, or in halves with a crash between: the same is known."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from werkzeug.test import Client

from gateway.access import keys
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.wiring import Services
from tests.conftest import Scale
from tests.gateway.conftest import Clock
from tests.gateway.connectors import shops

pytestmark = pytest.mark.long

Message = dict[str, Any]
Sends = Sequence[Sequence[Message]]
"""Batches, one after the other."""


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


def _said(number: int, kind: str, **more: Any) -> Message:
    at = f"2026-11-20T10:{number:02}:00Z"
    return {"type": kind, "messageId": f"m{number}", "timestamp": at, "anonymousId": "b-1", **more}


def _tracked(number: int, event: str, **more: Any) -> Message:
    return _said(number, "track", event=event, **more)


def _sku(code: str) -> dict[str, Any]:
    return {"properties": {"sku": code, "quantity": 1}}


STORY: list[Message] = [
    _said(1, "page", name="Home"),
    _tracked(2, "Product Viewed", **_sku("SW-1")),
    _tracked(3, "Product Added", **_sku("SW-1")),
    _tracked(4, "Product Added", **_sku("MUG-1")),
    _said(
        5,
        "identify",
        userId="anna",
        traits={"email": "anna@example.org", "firstName": "Ana", "lastName": "M"},
    ),
    _said(6, "identify", userId="anna", traits={"email": "anna@example.org", "firstName": "Anna"}),
    _tracked(7, "Product Removed", userId="anna", **_sku("SW-1")),
    _tracked(
        8, "Order Completed", userId="anna", properties={"order_id": "7", "products": [{"sku": "MUG-1"}]}
    ),
    _tracked(9, "Product Viewed", userId="anna", **_sku("SC-1")),
    _said(10, "identify", userId="anna", traits={"lastName": "Müller", "phone": "+436641234567"}),
    _said(11, "identify", userId="ben", traits={"email": "ben@example.org"}),
    _tracked(12, "Product Added", userId="ben", **_sku("SC-1")),
]


def _orders(scale: Scale) -> dict[str, Sends]:
    """The story once as it happened, then as networks and crashes deliver it."""
    half = len(STORY) // 2
    random = Random(6)
    shuffled = [random.sample(STORY, len(STORY)) for _ in range(scale(2, 30))]
    return {
        "as it happened": [STORY],
        "twice": [STORY, STORY],
        "each twice in one batch": [[one for message in STORY for one in (message, message)]],
        "backwards, one by one": [[message] for message in reversed(STORY)],
        "half, a crash, and all again": [STORY[:half], STORY],
        "the later half first": [STORY[half:], STORY[:half]],
        **{f"shuffled {number}": [[one] for one in order] for number, order in enumerate(shuffled)},
    }


def _known(held: Services, client: Client, sends: Sends) -> Any:
    with held.database.transaction() as connection:
        grant = Grant("shop", frozenset({Scope.INGEST}), source="web")
        key = keys.issue(connection, grant, now=held.clock()).token
    for batch in sends:
        answer = client.post(
            "/v1/segment/v1/batch", json={"batch": batch}, headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.json == {"success": True, "rejected": []}
    shops.work_off(held)
    return shops.what_is_known(held, [("web", "anna"), ("web", "ben")])


def test_however_it_is_delivered_the_same_is_known(
    new_services: Callable[[], tuple[Services, Client]], scale: Scale
) -> None:
    """Records, events, consents and wants do not depend on the order in which messages came."""
    found = {name: _known(*new_services(), sends) for name, sends in _orders(scale).items()}
    first = found["as it happened"]
    assert len(first["web/anna"]["events"]) == 10
    assert first["web/anna"]["attributes"] == {"given_name": "Anna", "family_name": "Müller"}
    assert [name for name, known in found.items() if known != first] == []
