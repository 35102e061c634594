"""Requests as other clients of the Segment HTTP API shape them: what is accepted, and known of it then."""

import base64
import gzip
import http.client
import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client, TestResponse

from gateway.access.security import Scope
from gateway.connectors.segment import messages
from tests.gateway.conftest import START, Caller, Clock, Issue

AT = "2026-11-21T09:30:00Z"
PRODUCT = {"sku": "SW-1", "price": "59.99", "quantity": "1"}
TAKEN = {"success": True, "rejected": []}

TRACK: dict[str, Any] = {
    "type": "track",
    "event": "Product Added",
    "userId": "u1",
    "messageId": "m1",
    "timestamp": AT,
    "properties": PRODUCT,
}


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


@pytest.fixture
def basic(issue: Issue) -> str:
    """A server's key as user name with an empty password."""
    return "Basic " + base64.b64encode(f"{issue(Scope.INGEST, source='web')}:".encode()).decode()


@pytest.fixture
def send(client: Client, basic: str) -> Callable[..., TestResponse]:
    """A function that sends bytes."""

    def post(path: str, raw: bytes, headers: dict[str, str] | None = None) -> TestResponse:
        return client.post(path, data=raw, headers={"Authorization": basic, **(headers or {})})

    return post


def _history(back: Caller, user: str = "u1") -> list[dict[str, Any]]:
    asked = {"identifiers": [{"type": "account_id", "value": user}]}
    profile: Any = back("POST", "/v1/profiles/lookup", asked).json
    found: Any = back("GET", f"/v1/profiles/{profile['profile']}/history").json
    items: list[dict[str, Any]] = found["items"]
    return items


SENT_AT = "2026-11-21T10:00:00.000Z"
BATCH = json.dumps({"batch": [TRACK], "sentAt": SENT_AT}).encode()
ONE = json.dumps({**TRACK, "sentAt": SENT_AT}).encode()
JSON = {"Content-Type": "application/json"}

SHAPES: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "a host and no path": ("/v1/batch", BATCH, JSON),
    "the old name of the batch": ("/v1/import", BATCH, JSON),
    "with a slash behind it": ("/v1/import/", BATCH, JSON),
    "a path of its own": ("/v1/segment/v1/batch/", BATCH, JSON),
    "mobile, short": ("/v1/b", gzip.compress(BATCH), {**JSON, "Content-Encoding": "gzip"}),
    "gzip that nobody announces": ("/v1/batch", gzip.compress(BATCH), JSON),
    "deflate": ("/v1/batch", zlib.compress(BATCH), {"Content-Encoding": "deflate"}),
    "no type": ("/v1/batch", BATCH, {}),
    "a type with a charset": ("/v1/batch", BATCH, {"Content-Type": "application/json; charset=utf-8"}),
    "a beacon": ("/v1/t", ONE, {"Content-Type": "text/plain;charset=UTF-8"}),
    "a form": ("/v1/track", ONE, {"Content-Type": "application/x-www-form-urlencoded"}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_however_a_client_wraps_it(send: Callable[..., TestResponse], back: Caller, name: str) -> None:
    """Path, type and compression are the client's business; what it tells is known afterwards."""
    answer = send(*SHAPES[name])
    assert (answer.status_code, answer.json) == (200, TAKEN)
    [told] = _history(back)
    assert (told["kind"], told["occurred_at"]) == ("product_carted", AT)
    assert told["body"]["products"] == [{"sku": "SW-1", "quantity": 1}]


ODD: dict[str, dict[str, Any]] = {
    "nulls": {"context": None, "integrations": None, "anonymousId": None, "traits": None},
    "a list for a context": {"context": []},
    "numbers for ids": {"userId": 1, "messageId": 7},
    "whole numbers with a point": {"userId": 1.0},
    "texts for numbers": {"properties": {"sku": "SW-1", "quantity": "1.0", "price": "59,99"}},
    "products by parcel": {"properties": {"products": [[PRODUCT]]}},
    "products by number": {"properties": {"products": {"1": PRODUCT}}},
    "members nobody knows": {"_metadata": {"bundled": []}, "channel": "server", "version": 2},
    "a blank browser": {"anonymousId": ""},
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_a_client_writes(send: Callable[..., TestResponse], back: Caller, name: str) -> None:
    """What is not understood costs nothing of what is."""
    raw = json.dumps({"batch": [{**TRACK, **ODD[name]}]}).encode()
    assert send("/v1/batch", raw).json == TAKEN
    [told] = _history(back, "1" if "userId" in ODD[name] else "u1")
    assert told["body"]["products"] == [{"sku": "SW-1", "quantity": 1}]


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-21T09:30:00Z",
        "2026-11-21T09:30:00.000Z",
        "2026-11-21T09:30:00.000000+00:00",
        "2026-11-21T10:30:00+0100",
        "2026-11-21T09:30:00.0000000Z",
        "2026-11-21 09:30:00+00:00",
        "2026-11-21T09:30:00",
        1795253400,
        1795253400000,
        1795253400.0,
    ],
)
def test_times_as_clients_write_them(written: object) -> None:
    """With and without fractions, colon or zone; seconds and milliseconds since 1970."""
    read = messages.read({**TRACK, "timestamp": written}, sent_at=None, received_at=START)
    assert read.occurred_at.isoformat() == "2026-11-21T09:30:00+00:00"


def test_a_body_in_chunks(address: str, basic: str, back: Caller) -> None:
    """HTTP/1.1 clients that stream do not say how much will come."""
    at = urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
    pieces = (BATCH[start : start + 50] for start in range(0, len(BATCH), 50))
    connection.request("POST", "/v1/batch", pieces, {"Authorization": basic, **JSON})
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)) == (200, TAKEN)
    connection.close()
    assert [one["kind"] for one in _history(back)] == ["product_carted"]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/t", "/v1/segment/v1/p"])
def test_a_page_may_ask_before_it_sends(client: Client, path: str) -> None:
    """Browsers ask first, with whatever headers their client adds."""
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,anonymousid",
    }
    answer = client.options(path, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == asked["Access-Control-Request-Headers"]


def test_a_browser_without_an_account_and_a_key_in_the_body(
    client: Client, issue: Issue, back: Caller
) -> None:
    """Stored for the browser alone; nothing is claimed by it."""
    key = issue(Scope.INGEST_PUBLIC, source="web")
    body = {**TRACK, "anonymousId": "browser-9", "userId": None, "writeKey": key}
    assert client.post("/v1/t", data=json.dumps(body)).status_code == 200
    asked = {"identifiers": [{"type": "account_id", "value": "u1"}]}
    found: Any = back("POST", "/v1/profiles/lookup", asked).json
    assert found["status"] == "unknown"
