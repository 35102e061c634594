"""Outward events: signed, in order for each profile, tried again, given up, sent again."""

import datetime as dt
import ipaddress
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
import standardwebhooks
import svix.webhooks

from gateway.access.security import Scope
from gateway.webhooks import kinds, sending, store, telling
from gateway.webhooks.store import News
from gateway.wiring import Services, utc_now
from tests.gateway.conftest import Caller, Clock
from tests.gateway.webhooks.conftest import Receiver

HERE = (ipaddress.ip_network("127.0.0.0/8"),)
ANNA, BEN = UUID(int=1), UUID(int=2)

Call = Callable[..., Caller]


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at the machine's time: receivers compare timestamps with theirs."""
    standing = Clock()
    standing.now = utc_now()
    return standing


def _add(admin: Caller, receiver: Receiver, *wanted: str) -> Any:
    made = admin("POST", "/v1/webhooks", {"url": receiver.url, "kinds": list(wanted or kinds.KINDS)})
    assert made.status_code == 201, made.text
    return made.json


def tell_of(services: Services, event: str, *subjects: UUID, kind: str = kinds.JOINED) -> None:
    """Puts an event on its way."""
    with services.database.transaction() as connection:
        news = News(event, kind, subjects, orjson.dumps({"type": kind, "data": {"event": event}}).decode())
        store.tell(connection, [news], now=services.clock())


def _send_all(services: Services) -> int:
    """How many were sent."""
    count = 0
    while sending.send_next(services.database, services.identity.vault, services.clock, allowed=HERE):
        count += 1
    return count


def _events(receiver: Receiver) -> list[str]:
    return [orjson.loads(body)["data"]["event"] for _, body in receiver.came]


def test_messages_are_verified_by_the_libraries_receivers_use(
    call: Call, services: Services, receiver: Receiver
) -> None:
    """Standard Webhooks' own and Svix's; after a change of the secret both hold for a while."""
    admin = call(Scope.ADMIN)
    hook = _add(admin, receiver)
    tell_of(services, "e1", ANNA)
    rotated = admin("POST", f"/v1/webhooks/{hook['id']}/rotate", {}).json
    assert rotated is not None
    tell_of(services, "e2", ANNA)
    assert _send_all(services) == 2
    for secret in (hook["secret"], rotated["secret"]):
        for headers, body in receiver.came:
            standardwebhooks.Webhook(secret).verify(body, headers)
            svix.webhooks.Webhook(secret).verify(body, headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(hook["secret"]).verify(b"{}", receiver.came[0][0])


def test_what_happens_is_told_once(call: Call, services: Services, receiver: Receiver) -> None:
    """A profile that is joined and one that is erased; the same change noticed twice is one message."""
    _add(call(Scope.ADMIN), receiver)
    back = call(Scope.INGEST, Scope.PRIVACY, Scope.PROFILE_READ)
    email = {"type": "email", "value": "anna@example.org", "assurance": "verified"}
    body = {"attributes": {"given_name": "Anna", "family_name": "Berger"}, "identifiers": [email]}
    back("PUT", "/v1/records/web/u1", body)
    joined = back("PUT", "/v1/records/app/c1", body).json
    assert joined is not None
    back("POST", f"/v1/profiles/{joined['profile']}/erase", {"reason": "asked"})
    for _ in range(3):
        with services.database.transaction() as connection:
            telling.step(connection, now=services.clock())
    _send_all(services)
    told = [orjson.loads(body) for _, body in receiver.came]
    assert [one["type"] for one in told] == [kinds.JOINED, kinds.ERASED]
    assert told[0]["data"]["profile"] == joined["profile"]
    assert "Anna" not in str(told)


def test_nothing_overtakes_about_one_profile(
    call: Call, services: Services, receiver: Receiver, clock: Clock
) -> None:
    """What waits for its next try holds back what came later about the same profile, and nothing else."""
    _add(call(Scope.ADMIN), receiver)
    receiver.answers = [500]
    for event, *subjects in (("a1", ANNA), ("a2", ANNA, BEN), ("b3", BEN), ("c4", UUID(int=3))):
        tell_of(services, event, *subjects)
    _send_all(services)
    assert _events(receiver) == ["a1", "c4"]
    clock.forward(seconds=6)
    _send_all(services)
    assert _events(receiver) == ["a1", "c4", "a1", "a2", "b3"]
    ids = [headers["webhook-id"] for headers, _ in receiver.came]
    assert ids[0] == ids[2]


def test_what_nobody_takes_is_given_up_and_can_be_sent_again(
    call: Call, services: Services, receiver: Receiver, clock: Clock
) -> None:
    """Nine further tries over days; then it is dead, and an operator sees why."""
    admin = call(Scope.ADMIN)
    hook = _add(admin, receiver)
    tell_of(services, "e1", ANNA)
    receiver.answers = [503] * 10
    for _ in range(12):
        _send_all(services)
        clock.forward(days=2)
    assert len(receiver.came) == 10
    dead = admin("GET", f"/v1/webhooks/{hook['id']}/messages").json
    assert dead is not None
    [message] = dead["items"]
    assert (message["state"], message["attempts"], message["trouble"]) == ("dead", 10, "answered 503")
    again = admin("POST", f"/v1/webhooks/{hook['id']}/replay", {"messages": [message["message"]]})
    assert again.json == {"replayed": 1}
    _send_all(services)
    assert len(receiver.came) == 11
    assert admin("GET", f"/v1/webhooks/{hook['id']}/messages").json == {"items": [], "next_after": None}


def test_no_redirect_is_followed_and_gone_means_never_again(
    call: Call, services: Services, receiver: Receiver, clock: Clock
) -> None:
    """A redirect is a failure; 410 switches the address off."""
    admin = call(Scope.ADMIN)
    hook = _add(admin, receiver)
    receiver.answers = [307, 410]
    tell_of(services, "e1", ANNA)
    _send_all(services)
    clock.forward(minutes=1)
    _send_all(services)
    assert len(receiver.came) == 2
    shown = admin("GET", f"/v1/webhooks/{hook['id']}").json
    assert shown is not None
    assert shown["enabled"] is False


def test_an_address_inside_is_refused_at_delivery(call: Call, services: Services, receiver: Receiver) -> None:
    """It may have pointed elsewhere when it was added."""
    admin = call(Scope.ADMIN)
    hook = _add(admin, receiver)
    tell_of(services, "e1", ANNA)
    sending.send_next(services.database, services.identity.vault, services.clock)
    assert receiver.came == []
    [message] = admin("GET", f"/v1/webhooks/{hook['id']}/messages?state=waiting").json["items"]
    assert message["trouble"] == "leads to an address inside"


def test_a_killed_sender_leaves_the_message_to_the_next(
    call: Call, services: Services, receiver: Receiver, clock: Clock
) -> None:
    """It is lent for a minute; then somebody else sends it, under the same id."""
    _add(call(Scope.ADMIN), receiver)
    tell_of(services, "e1", ANNA)
    with services.database.transaction() as connection:
        assert store.take(connection, now=clock.now, until=clock.now + dt.timedelta(seconds=60)) is not None
    assert _send_all(services) == 0
    clock.forward(seconds=61)
    assert _send_all(services) == 1
