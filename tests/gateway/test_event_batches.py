"""Large calls of online events: kept when they are answered, worked on behind the tills, each event once."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from gateway.access.security import Scope
from gateway.inbox import batches, store_batches
from gateway.wiring import Services
from identity.register import records
from identity.rights import erasure
from tests.gateway.conftest import Caller, Clock

Call = Callable[..., Caller]
MANY = batches.AT_ONCE


@pytest.fixture
def shop(call: Call) -> Caller:
    """The shop's server."""
    return call(Scope.INGEST, source="web")


def _messages(count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "type": "track",
            "event": "Product Viewed",
            "userId": "u1",
            "properties": {"sku": f"S-{number}"},
            **more,
        }
        for number in range(count)
    ]


def _send(shop: Caller, messages: list[Any]) -> Any:
    answer = shop("POST", "/v1/segment/v1/batch", {"batch": messages})
    assert answer.status_code == 200
    return answer.json


def _viewed(services: Services, account: str = "u1") -> list[str]:
    """The products that a shopper's history says she viewed."""
    with services.database.transaction() as connection:
        profile = records.get(connection, services.identity, "web", account).profile
        found = erasure.export(connection, services.identity, profile, now=services.clock())["events"]
    return sorted(one["body"]["products"][0]["sku"] for one in found if one["kind"] == "product_viewed")


def _waiting(services: Services) -> list[store_batches.Listed]:
    with services.database.transaction() as connection:
        return store_batches.listing(connection, limit=100)


def _work_off(services: Services) -> None:
    while batches.step(services, now=services.clock()):
        """Until none are due."""


def test_many_messages_wait_for_the_worker_and_few_do_not(services: Services, shop: Caller) -> None:
    """A visitor's own few clicks count when they are answered; a server's hundred a moment later."""
    assert _send(shop, _messages(1, messageId="m")) == {"success": True, "rejected": []}
    assert _viewed(services) == ["S-0"]
    _send(shop, _messages(MANY))
    assert _viewed(services) == ["S-0"]
    assert len(_waiting(services)) == 1
    _work_off(services)
    assert len(_viewed(services)) == 1 + MANY
    assert _waiting(services) == []


def test_a_large_call_names_what_is_no_message(services: Services, shop: Caller) -> None:
    """What can be told without working on it is told at once, by its place in the call."""
    sent: list[Any] = _messages(MANY)
    sent[3], sent[7] = 7, {"type": "track", "event": "x"}
    assert [one["index"] for one in _send(shop, sent)["rejected"]] == [3, 7]
    _work_off(services)
    assert len(_viewed(services)) == MANY - 2


def test_a_record_that_is_refused_leaves_the_rest(services: Services, shop: Caller) -> None:
    """A worker meets an account whose name no record may have: the other messages are taken."""
    refused = {"type": "identify", "userId": "4111111111111111", "traits": {"firstName": "Anna"}}
    _send(shop, [refused, *_messages(MANY)])
    _work_off(services)
    assert len(_viewed(services)) == MANY


def test_what_waits_is_sealed(services: Services, shop: Caller) -> None:
    """Whoever reads the table alone learns nothing of the shopper."""
    _send(shop, _messages(MANY, context={"traits": {"email": "anna@example.org"}}))
    with services.database.transaction() as connection:
        [kept] = connection.execute(text("SELECT body FROM gateway.event_batch")).scalars()
    assert b"anna@example.org" not in bytes(kept)


def test_accounts_are_parted_into_more_pieces_than_clicks(services: Services, shop: Caller) -> None:
    """A record is as much work as ten events: no transaction stores more than it should hold locks for."""
    told = [{"type": "identify", "userId": f"a{number}", "messageId": f"i{number}"} for number in range(60)]
    _send(shop, [*told, *_messages(MANY)])
    with services.database.transaction() as connection:
        weights = connection.execute(
            text("SELECT weight FROM gateway.event_batch ORDER BY batch_no")
        ).scalars()
        assert list(weights) == [batches.TOGETHER, 10 * batches.WEIGHT_OF_RECORD + MANY]
    _work_off(services)
    assert len(_viewed(services)) == MANY
    assert _viewed(services, "a59") == []


def test_calls_that_wait_together_are_worked_on_together(services: Services, shop: Caller) -> None:
    """A step says whether more waits than one transaction stores: if not, what comes next may gather."""
    for _ in range(batches.TOGETHER // MANY + 1):
        _send(shop, _messages(MANY))
    assert batches.step(services, now=services.clock())
    assert len(_waiting(services)) == 1
    assert not batches.step(services, now=services.clock())
    assert _waiting(services) == []


def test_workers_beside_each_other_count_each_message_once(services: Services, shop: Caller) -> None:
    """Messages without an id are told apart by nothing but that their piece is taken out once."""
    for _ in range(12):
        _send(shop, _messages(MANY))
    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(_work_off, services) for _ in range(3)]:
            each.result()
    assert len(_viewed(services)) == 12 * MANY
    assert _waiting(services) == []


def test_what_cannot_be_worked_on_waits_and_the_others_go_on(
    services: Services, shop: Caller, clock: Clock
) -> None:
    """A damaged piece is tried again with growing pauses, then given up and kept; asked for, it is tried
    again.
    """
    _send(shop, _messages(MANY))
    with services.database.transaction() as connection:
        kept = connection.execute(text("SELECT body FROM gateway.event_batch")).scalar_one()
        connection.execute(text("UPDATE gateway.event_batch SET body = 'damaged'"))
    _send(shop, _messages(MANY + 1))
    _work_off(services)
    clock.forward(seconds=5)  # what failed beside others is tried again alone
    _work_off(services)
    [failed] = _waiting(services)
    assert (failed.attempts, failed.trouble) == (2, "VaultError")
    for _ in range(20):
        clock.forward(hours=7)
        _work_off(services)
    [failed] = _waiting(services)
    assert failed.due_at is None
    with services.database.transaction() as connection:
        connection.execute(text("UPDATE gateway.event_batch SET body = :kept"), {"kept": bytes(kept)})
        assert store_batches.revive(connection, now=clock.now) == 1
    _work_off(services)
    assert len(_viewed(services)) == 2 * MANY + 1


def test_an_event_keeps_the_time_it_came_at(services: Services, shop: Caller, clock: Clock) -> None:
    """A sender's clock is corrected by when the call came, not by when somebody worked on it."""
    came = clock.now
    sent = _messages(MANY, timestamp=(came + dt.timedelta(hours=3)).isoformat())
    answer = shop(
        "POST",
        "/v1/segment/v1/batch",
        {"batch": sent, "sentAt": (came + dt.timedelta(hours=3, minutes=1)).isoformat()},
    )
    assert answer.status_code == 200
    clock.forward(hours=1)
    _work_off(services)
    with services.database.transaction() as connection:
        [at] = connection.execute(text("SELECT DISTINCT occurred_at FROM identity.event")).scalars()
    assert at == came - dt.timedelta(minutes=1)
