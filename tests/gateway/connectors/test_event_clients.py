"""What else Segment's and RudderStack's clients ask of the host they send to, as they ask it."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from gateway.access.security import Scope
from gateway.connectors.segment import pixels
from tests.gateway.conftest import Caller, Issue

SEEN = {"anonymousId": "reader-1", "event": "Product Viewed", "properties": {"sku": "SW-1"}}


@pytest.fixture
def key(issue: Issue) -> str:
    """A key that stands in mails and pages."""
    return issue(Scope.INGEST_PUBLIC, source="web")


@pytest.fixture
def history(back: Caller) -> Callable[[], list[str]]:
    """A function that returns the kinds of what the reader's browser told of."""

    def kinds() -> list[str]:
        record: Any = back("GET", "/v1/records/web/anonymous_id:reader-1").json
        found: Any = back("GET", f"/v1/profiles/{record['profile']}/history").json
        return [one["kind"] for one in found["items"]]

    return kinds


def _addresses(key: str) -> list[str]:
    whole = json.dumps({**SEEN, "writeKey": key})
    wrapped = base64.b64encode(whole.encode()).decode()
    members = {
        "writeKey": key,
        "anonymousId": "reader-1",
        "event": "Product Viewed",
        "properties.sku": "SW-1",
    }
    return [
        "/v1/pixel/track?" + urlencode({"data": wrapped}),
        "/v1/pixel/track?" + urlencode({"data": whole}),
        "/v1/segment/v1/pixel/track?" + urlencode({"data": wrapped.rstrip("=")}),
        "/v1/pixel/track?" + urlencode(members),
        "/pixel/v1/track?" + urlencode(members),
    ]


def test_an_image_in_a_mail_tells_of_an_event(
    client: Client, key: str, history: Callable[[], list[str]]
) -> None:
    """Wrapped or not, whole or member by member, at Segment's address or RudderStack's."""
    for address in _addresses(key):
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "image/gif")
    assert history() == ["product_viewed"] * len(_addresses(key))


@pytest.mark.parametrize(
    "asked", ["", "data=%%%", "data=W10=", "writeKey=unknown&event=x", "a.b=1&a=2&a.b.c=3"]
)
def test_the_image_comes_whatever_its_address_says(client: Client, asked: str) -> None:
    """A mail shows no problem, and whoever guesses keys learns nothing."""
    answer = client.get(f"/v1/pixel/track?{asked}")
    assert (answer.status_code, answer.data[:6]) == (200, b"GIF89a")


def test_there_is_no_image_for_what_is_no_message(client: Client) -> None:
    """A call with several messages is posted."""
    assert client.get("/v1/pixel/batch").status_code == 404


def test_an_address_is_no_deeper_than_a_message() -> None:
    """Names with many points cost nothing."""
    assert pixels.message({"a.b.c.d.e.f": "1"}) == {"a": {"b": {"c": {"d": {"e.f": "1"}}}}}
    assert pixels.message({"a": "1", "a.b": "2"}) == {"a": "1"}


@pytest.mark.parametrize("prefix", ["", "/v1/segment"])
def test_a_page_tells_what_is_left_to_say_while_it_is_left(
    client: Client, key: str, history: Callable[[], list[str]], prefix: str
) -> None:
    """RudderStack's beacon has no headers to put a key into."""
    sent = {"batch": [{**SEEN, "type": "track"}], "sentAt": "2026-11-21T10:00:00.000Z"}
    answer = client.post(
        f"{prefix}/beacon/v1/batch?writeKey={key}",
        data=json.dumps(sent),
        content_type="text/plain;charset=UTF-8",
    )
    assert answer.json == {"success": True, "rejected": []}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert history() == ["product_viewed"]


def test_clients_of_segment_ask_where_to_send(client: Client) -> None:
    """They read the settings from the host that they are told."""
    for path, api_host in (
        ("/v1", "gateway.example/v1"),
        ("/v1/segment/v1", "gateway.example/v1/segment/v1"),
    ):
        found: Any = client.get(f"{path}/projects/k/settings", headers={"Host": "gateway.example"}).json
        assert found["integrations"]["Segment.io"]["apiHost"] == api_host


@pytest.mark.parametrize(
    "path", ["/sourceConfig/?p=npm&v=3.20.1&build=modern&writeKey=k", "/sourceConfig?p=ios"]
)
def test_clients_of_rudderstack_ask_what_they_are(client: Client, path: str) -> None:
    """A source that is on, tells its makers nothing, and sends to nobody else."""
    found: Any = client.get(path, headers={"Authorization": "Basic azo="}).json
    assert (found["source"]["writeKey"], found["source"]["enabled"]) == ("k", True)
    assert found["source"]["destinations"] == []


def test_how_clients_fare_is_heard_and_forgotten(client: Client) -> None:
    """Segment's clients count their own mistakes at the host they send to."""
    assert client.post("/v1/m", json={"series": [{"type": "Counter", "metric": "x"}]}).status_code == 200
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    assert client.options("/v1/m", headers=asked).status_code == 204
