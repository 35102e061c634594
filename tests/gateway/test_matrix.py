"""Every route, with every scope, without a key, with a revoked key, for a wrong store or source.

Made from the routes that exist: one that nobody declared scopes for fails here.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client

from gateway.access import keys
from gateway.access.security import Scope
from gateway.api.route import Route
from gateway.database import Database
from tests.gateway.conftest import Caller, Issue

OPEN = ("health.", "docs.", "kiosk.", "pages_static.", "shop_", "event_clients.")
"""What everybody may ask: it tells nothing about anybody. The kiosk's own routes ask for its cookie; images
and beacons need a key too, but an image comes whatever becomes of it.
"""

A_UUID = "01920000-0000-7000-8000-000000000000"
SAMPLE = {"uuid": A_UUID, "int": "1", "default": "x-1", "path": "x-1"}
KEY = {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": "000183"}
STEP = {"transaction": KEY, "occurred_at": "2026-11-21T10:00:00Z"}


def _guarded(app: Flask) -> Iterator[tuple[str, str, Route | None]]:
    """Method, path and declaration of every route that needs a key."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(OPEN):
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            yield method, _path(rule), getattr(app.view_functions[rule.endpoint], "o2o_route", None)


def _path(rule: Rule) -> str:
    path = rule.rule
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__.removesuffix("Converter").lower()
        sample = {"unicode": SAMPLE["default"], "integer": SAMPLE["int"]}.get(
            converter, SAMPLE.get(converter, "x-1")
        )
        for spelled in (f"<{name}>", f"<path:{name}>", f"<uuid:{name}>", f"<int:{name}>"):
            path = path.replace(spelled, sample)
    return path


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    """A new route without scopes is not forgotten."""
    routes = list(_guarded(app))
    assert len(routes) > 40
    assert [(method, path) for method, path, route in routes if route is None or not route.scopes] == []


def test_every_route_with_every_scope(app: Flask, client: Client, issue: Issue) -> None:
    """A scope opens the routes that name it and no other."""
    for scope in Scope:
        bounds: dict[str, Any] = {"stores": ("x-1",)} if scope is Scope.KIOSK else {}
        bounds |= {"source": "web"} if scope is Scope.INGEST_PUBLIC else {}
        caller = Caller(client, issue(scope, **bounds))
        for method, path, route in _guarded(app):
            assert route is not None
            answer = caller(method, path, {} if method in {"POST", "PUT"} else None)
            code = answer.get_json(silent=True, force=True) or {}
            is_refused = answer.status_code == 403 and code.get("code") == "wrong_scope"
            assert is_refused is (scope not in route.scopes), (method, path, scope, answer.text)
            assert answer.status_code != 401, (method, path, scope)
            assert answer.status_code < 500, (method, path, scope, answer.text)


def test_no_route_answers_without_a_key(app: Flask, client: Client) -> None:
    """No key, no answer, and the caller is told how to send one."""
    for method, path, _ in _guarded(app):
        answer = client.open(path, method=method, json={} if method in {"POST", "PUT"} else None)
        assert answer.status_code == 401, (method, path)
        assert answer.json is not None
        assert answer.json["code"] == "no_key"
        assert "WWW-Authenticate" in answer.headers


def test_a_revoked_key_opens_no_route(app: Flask, client: Client, issue: Issue, database: Database) -> None:
    """Also on the route that remembers keys, at once, although it was used a moment ago."""
    token = issue(*(set(Scope) - {Scope.INGEST_PUBLIC, Scope.KIOSK}))
    caller = Caller(client, token)
    assert caller("POST", "/v1/offers/query", {}).status_code == 422
    revoked = keys.split(token)
    assert revoked is not None
    with database.transaction() as connection:
        keys.revoke(connection, revoked[0], now=dt.datetime.now(dt.UTC))
    for method, path, _ in _guarded(app):
        answer = caller(method, path, {} if method in {"POST", "PUT"} else None)
        assert answer.status_code == 401, (method, path)


STORE_BOUND: list[tuple[str, str, Any]] = [
    ("POST", "/v1/offers/query", {"channel": "till", "transaction": KEY}),
    ("POST", "/v1/redemptions", {**STEP, "state": "reserved"}),
    ("POST", f"/v1/redemptions/{A_UUID}/commit", STEP),
    ("POST", f"/v1/redemptions/{A_UUID}/void", STEP),
    ("POST", f"/v1/redemptions/{A_UUID}/reverse", STEP),
    (
        "POST",
        f"/v1/redemptions/{A_UUID}/return",
        {"transaction": KEY, "lines": [{"of_line": "1", "quantity": "1"}]},
    ),
    ("POST", "/v1/transactions", {**STEP, "kind": "void"}),
    ("POST", "/v1/offline/offers", {"store": "0042"}),
    ("PUT", "/v1/closings/0042/07/2026-11-21", {}),
    ("GET", "/v1/reconciliation?day=2026-11-21&store=0042", None),
    ("GET", "/v1/reconciliation?day=2026-11-21", None),
    ("GET", "/v1/reconciliation.csv?day=2026-11-21", None),
    ("PUT", "/v1/stores/0042", {"name": "x", "zone": "UTC", "currency": "EUR", "country": "AT"}),
    ("PUT", "/v1/stock", {"stock": [{"store": "0042", "sku": "a", "quantity": "1"}]}),
    ("GET", "/v1/stock/0042?sku=a", None),
    ("PUT", "/v1/stops/store/0042", {"reason": "x"}),
    ("DELETE", "/v1/stops/store/0042", None),
    ("PUT", "/v1/stops/all", {"reason": "x"}),
    ("PUT", "/v1/stops/campaign/c", {"reason": "x"}),
]

SOURCE_BOUND: list[tuple[str, str, Any]] = [
    ("PUT", "/v1/records/web/u1", {}),
    ("GET", "/v1/records/web/u1", None),
    ("DELETE", "/v1/records/web/u1", None),
]


@pytest.mark.parametrize(
    ("method", "path", "body"), STORE_BOUND, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_key_speaks_for_its_stores_only(
    call: Callable[..., Caller], method: str, path: str, body: Any
) -> None:
    """A till of one store neither asks nor writes for another."""
    everything = set(Scope) - {Scope.INGEST_PUBLIC, Scope.KIOSK}
    answer = call(*everything, stores=("0043",))(method, path, body)
    assert answer.status_code == 403, answer.text
    assert answer.json is not None
    assert answer.json["code"] == "wrong_store"


@pytest.mark.parametrize(
    ("method", "path", "body"), SOURCE_BOUND, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_key_speaks_for_its_source_only(
    call: Callable[..., Caller], method: str, path: str, body: Any
) -> None:
    """The shop's server does not write loyalty cards."""
    answer = call(Scope.INGEST, source="loyalty")(method, path, body)
    assert answer.status_code == 403, answer.text
    assert answer.json is not None
    assert answer.json["code"] == "wrong_source"


def test_a_batch_refuses_lines_of_another_source_alone(call: Callable[..., Caller]) -> None:
    """The other lines are taken."""
    answer = call(Scope.INGEST, source="web")(
        "POST",
        "/v1/records/batch",
        data=b'{"source":"loyalty","key":"1"}\n{"source":"web","key":"1"}',
        content_type="application/x-ndjson",
    )
    first, second = answer.text.splitlines()
    assert '"wrong_source"' in first
    assert '"outcome":"new"' in second
