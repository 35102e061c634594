"""The Segment HTTP API: what clients send becomes history, records and sign-ins, as far as the key is
believed.
"""

import base64
import datetime as dt
import gzip
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.access import identity_tokens
from gateway.access.security import Scope
from gateway.connectors.segment import messages
from gateway.wiring import Services
from tests.gateway.conftest import START, Caller, Clock

EVERYTHING = (Scope.INGEST, Scope.PROFILE_READ, Scope.PRIVACY, Scope.STEWARD)

Call = Callable[..., Caller]


def _track(event: str, number: int, **more: Any) -> dict[str, Any]:
    sent = {"type": "track", "event": event, "messageId": f"m{number}", "anonymousId": "browser-1"}
    return {**sent, "timestamp": START.isoformat(), "properties": {"sku": "SW-1"}, **more}


def _kinds(back: Caller, profile: str) -> list[str]:
    history = back("GET", f"/v1/profiles/{profile}/history").json
    assert history is not None
    return [item["kind"] for item in history["items"]]


def _profile(back: Caller, kind: str, value: str) -> Any:
    return back("POST", "/v1/profiles/lookup", {"identifiers": [{"type": kind, "value": value}]}).json


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("batch", {"batch": [_track("Product Viewed", 1, userId="u1")]}),
        ("b", {"batch": [_track("Product Viewed", 1, userId="u1")]}),
        ("track", _track("Product Viewed", 1, userId="u1")),
        ("t", _track("Product Viewed", 1, userId="u1")),
        ("page", {"userId": "u1", "messageId": "p", "name": "Home"}),
        ("p", {"userId": "u1", "messageId": "p", "name": "Home"}),
        ("screen", {"userId": "u1", "messageId": "s"}),
        ("s", {"userId": "u1", "messageId": "s"}),
        ("identify", {"userId": "u1", "messageId": "i", "traits": {"email": "a@example.org"}}),
        ("i", {"userId": "u1", "messageId": "i", "traits": {"email": "a@example.org"}}),
        ("group", {"userId": "u1", "groupId": "g", "messageId": "g"}),
        ("g", {"userId": "u1", "groupId": "g", "messageId": "g"}),
        ("alias", {"userId": "u1", "previousId": "browser-1", "messageId": "a"}),
        ("a", {"userId": "u1", "previousId": "browser-1", "messageId": "a"}),
    ],
)
def test_every_path_takes_its_messages(call: Call, path: str, body: dict[str, Any]) -> None:
    """Long and short paths; the key is the user name of HTTP Basic."""
    shop = call(Scope.INGEST, source="web")
    key = base64.b64encode(f"{shop.token}:".encode()).decode()
    answer = shop("POST", f"/v1/segment/v1/{path}", body, headers={"Authorization": f"Basic {key}"})
    assert answer.status_code == 200, answer.text
    assert answer.json == {"success": True, "rejected": []}
    assert _profile(call(*EVERYTHING), "account_id", "u1")["status"] == "known"


def test_clients_may_call_their_body_what_they_like(call: Call) -> None:
    """Gzip, text/plain and no type at all are what clients in the field send."""
    shop = call(Scope.INGEST, source="web")
    body = json.dumps({"batch": [_track("Product Viewed", 1, userId="u1")]}).encode()
    for number, (data, headers) in enumerate(
        [
            (body, {"Content-Type": "text/plain"}),
            (body, {"Content-Type": ""}),
            (body, {"Content-Type": "application/x-www-form-urlencoded"}),
            (gzip.compress(body), {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
        ]
    ):
        answer = shop("POST", "/v1/segment/v1/batch", data=data, headers=headers)
        assert answer.status_code == 200, (number, answer.text)


def test_a_repeated_message_happens_once(call: Call) -> None:
    """Clients send a batch again whenever they are in doubt."""
    shop, back = call(Scope.INGEST, source="web"), call(*EVERYTHING)
    for _ in range(3):
        shop("POST", "/v1/segment/v1/t", _track("Product Added", 1, userId="u1"))
    profile = _profile(back, "account_id", "u1")["profile"]
    assert _kinds(back, profile) == ["product_carted"]


def test_an_identify_writes_the_account_and_keeps_what_it_leaves_out(call: Call) -> None:
    """Traits add up, as Segment's documentation says."""
    shop, back = call(Scope.INGEST, source="web"), call(*EVERYTHING)
    shop(
        "POST",
        "/v1/segment/v1/i",
        {"userId": "u1", "messageId": "1", "traits": {"firstName": "Anna", "email": "anna@example.org"}},
    )
    shop("POST", "/v1/segment/v1/i", {"userId": "u1", "messageId": "2", "traits": {"lastName": "Berger"}})
    record = back("GET", "/v1/records/web/u1").json
    assert record is not None
    assert record["attributes"]["given_name"] == "Anna"
    assert record["attributes"]["family_name"] == "Berger"
    assert {one["type"] for one in record["identifiers"]} == {"account_id", "email"}


def test_browsing_belongs_to_the_account_that_signs_in(call: Call) -> None:
    """What was looked at before signing in on this browser comes along."""
    shop, back = call(Scope.INGEST, source="web"), call(*EVERYTHING)
    shop("POST", "/v1/segment/v1/t", _track("Product Viewed", 1))
    shop(
        "POST",
        "/v1/segment/v1/i",
        {"userId": "u1", "anonymousId": "browser-1", "messageId": "i1", "traits": {"email": "a@example.org"}},
    )
    profile = _profile(back, "account_id", "u1")["profile"]
    assert "product_viewed" in _kinds(back, profile)


def test_a_late_sign_in_takes_the_cart_along(call: Call) -> None:
    """A cart filled on a shared tablet is hers who was signed in, however late we hear of it."""
    shop, back = call(Scope.INGEST, source="web"), call(*EVERYTHING)

    def send(hour: int, sent: dict[str, Any]) -> None:
        at = START - dt.timedelta(hours=10 - hour)
        answer = shop("POST", "/v1/segment/v1/batch", {"batch": [{**sent, "timestamp": at.isoformat()}]})
        assert answer.json == {"success": True, "rejected": []}

    def wanted(account: str) -> list[str]:
        profile = _profile(back, "account_id", account)["profile"]
        answer = back("POST", f"/v1/profiles/{profile}/export", {}, headers={"Idempotency-Key": account})
        assert answer.json is not None
        return [each["sku"] for each in answer.json["offers"]["interests"]]

    send(1, {"type": "identify", "userId": "anna", "anonymousId": "browser-1", "messageId": "in-1"})
    send(3, _track("Product Added", 1))
    assert wanted("anna") == ["SW-1"]
    send(2, {"type": "identify", "userId": "ben", "anonymousId": "browser-1", "messageId": "in-2"})
    assert wanted("ben") == ["SW-1"]
    assert wanted("anna") == []


def test_a_bad_message_is_rejected_alone(call: Call) -> None:
    """The others are taken, and somebody who looks can see which one and why."""
    shop = call(Scope.INGEST, source="web")
    batch = [
        _track("Product Viewed", 1, userId="u1"),
        7,
        {"type": "x"},
        {"type": "track", "event": "x"},
        None,
    ]
    answer = shop("POST", "/v1/segment/v1/batch", {"batch": batch})
    assert answer.status_code == 200
    assert answer.json is not None
    assert [one["index"] for one in answer.json["rejected"]] == [1, 2, 3, 4]


def test_browsers_may_send_from_any_page(call: Call) -> None:
    """A preflight is answered, and answers may be read, by any origin; no cookie is involved."""
    anybody = call()
    preflight = anybody("OPTIONS", "/v1/segment/v1/t")
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    browser = call(Scope.INGEST_PUBLIC, source="web")
    answer = anybody("POST", "/v1/segment/v1/t", {**_track("Product Viewed", 1), "writeKey": browser.token})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_stranger_with_a_public_key_joins_learns_and_dissolves_nothing(call: Call) -> None:
    """Whoever claims another shopper's e-mail or account from a browser stays a stranger."""
    back = call(*EVERYTHING)
    attributes = {"given_name": "Anna", "family_name": "Berger"}
    email = {"type": "email", "value": "anna@example.org", "assurance": "verified"}
    account = {"type": "account_id", "value": "u1", "assurance": "verified"}
    card = {"type": "loyalty_card", "value": "2000123", "assurance": "verified"}
    back("PUT", "/v1/records/web/u1", {"attributes": attributes, "identifiers": [email, account]})
    back("PUT", "/v1/records/loyalty/2000123", {"attributes": attributes, "identifiers": [email, card]})
    before = [_profile(back, kind, value) for kind, value in
              (("email", "anna@example.org"), ("account_id", "u1"), ("loyalty_card", "2000123"))]  # fmt: skip
    assert {one["status"] for one in before} == {"known"}
    profile = before[0]["profile"]
    members = back("GET", f"/v1/profiles/{profile}/records").json

    public = call(Scope.INGEST_PUBLIC, source="web")
    for number in range(12):
        message = {
            "anonymousId": f"stranger-{number}",
            "userId": "u1",
            "messageId": f"s{number}",
            "traits": {
                "email": "anna@example.org",
                "firstName": f"Eve{number}",
                "lastName": f"Adams{number}",
            },
            "writeKey": public.token,
        }
        answer = call()("POST", "/v1/segment/v1/identify", message)
        assert answer.status_code == 200
        assert answer.json == {"success": True, "rejected": []}
        call()("POST", "/v1/segment/v1/t", {**message, **_track("Product Added", number)})

    after = [_profile(back, kind, value) for kind, value in
             (("email", "anna@example.org"), ("account_id", "u1"), ("loyalty_card", "2000123"))]  # fmt: skip
    assert after == before
    assert back("GET", f"/v1/profiles/{profile}/records").json == members
    assert _kinds(back, profile) == []


def test_a_server_key_in_the_body_is_believed_no_more_than_a_public_one(call: Call) -> None:
    """A body is written by whoever visits the page."""
    shop, back = call(Scope.INGEST, source="web"), call(*EVERYTHING)
    message = {"userId": "u1", "anonymousId": "b", "messageId": "1", "traits": {"email": "a@example.org"}}
    call()("POST", "/v1/segment/v1/i", {**message, "writeKey": shop.token})
    assert _profile(back, "account_id", "u1")["status"] == "unknown"
    assert _profile(back, "email", "a@example.org")["status"] == "unknown"


def test_a_signed_identity_token_proves_who_is_signed_in(
    call: Call, services: Services, clock: Clock
) -> None:
    """The page says who it is, the shop's server vouches; what the page adds stays asserted."""
    back, public = call(*EVERYTHING), call(Scope.INGEST_PUBLIC, source="web")
    claims = {"sub": "u1", "email": "anna@example.org", "exp": int(clock.now.timestamp()) + 600}
    token = _jwt(identity_tokens.secret(services.secrets, "web"), claims)
    message = {
        "anonymousId": "browser-1",
        "userId": "somebody-else",
        "messageId": "1",
        "traits": {"email": "other@example.org"},
        "context": {"identity_token": token},
        "writeKey": public.token,
    }
    assert call()("POST", "/v1/segment/v1/identify", message).status_code == 200
    assert _profile(back, "account_id", "u1")["status"] == "known"
    assert _profile(back, "email", "anna@example.org")["status"] == "known"
    assert _profile(back, "account_id", "somebody-else")["status"] == "unknown"
    assert _profile(back, "email", "other@example.org")["status"] == "unknown"


def _jwt(secret: str, claims: dict[str, Any]) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    text = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    mac = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_a_clock_that_is_off_is_corrected(call: Call) -> None:
    """Received minus sent is how far the client's clock is off; nothing happens tomorrow."""
    fast = START + dt.timedelta(days=1)
    message = messages.read(
        _track("x", 1, timestamp=(fast - dt.timedelta(minutes=5)).isoformat()),
        sent_at=fast.isoformat(),
        received_at=START,
    )
    assert message.occurred_at == START - dt.timedelta(minutes=5)
    future = messages.read(_track("x", 1, timestamp=fast.isoformat()), sent_at=None, received_at=START)
    assert future.occurred_at == START


@pytest.mark.parametrize(
    "odd", [None, -7, True, "yesterday", "2026-11-21", [], {}, "9999-12-31T23:59:59Z", 1e300]
)
def test_a_time_nobody_can_read_is_now(odd: Any) -> None:
    """An event is not lost because its client writes times badly."""
    read = messages.read(_track("x", 1, timestamp=odd), sent_at=odd, received_at=START)
    assert read.occurred_at == START


@pytest.mark.parametrize(
    ("properties", "codes"),
    [
        ({"sku": "a", "product_id": "b"}, [("a", "b")]),
        ({"product_id": 7}, [("7",)]),
        ({"products": [{"sku": "a", "quantity": 2}, {"product_id": "b"}, 7, {}]}, [("a",), ("b",)]),
        ({"products": "x", "sku": "a"}, [("a",)]),
        ({"products": [[{"sku": "a"}], [{"sku": "b"}]]}, [("a",), ("b",)]),
        ({"products": {"0": {"sku": "a"}, "2": {"sku": "b"}}}, [("a",), ("b",)]),
        ({"product_id": 7.0}, [("7",)]),
        ({}, []),
        ({"sku": "", "product_id": None}, []),
        ({"sku": "x" * 65}, []),
    ],
)
def test_products_are_found_where_the_spec_puts_them(properties: Any, codes: list[tuple[str, ...]]) -> None:
    """One product in the properties, or several in a list."""
    read = messages.read(_track("Product Added", 1, properties=properties), sent_at=None, received_at=START)
    assert [mention.codes for mention in read.products] == codes
