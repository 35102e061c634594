"""Hostile requests never give a 5xx, on any route."""

import gzip
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from gateway.access.security import Scope
from tests.conftest import Scale
from tests.gateway.conftest import Caller, Issue
from tests.gateway.test_matrix import _guarded

pytestmark = pytest.mark.long

DEEP = b'{"a":' * 200 + b"1" + b"}" * 200

RAW: list[tuple[str, bytes, dict[str, str]]] = [
    ("empty", b"", {}),
    ("not json", b"hello", {}),
    ("cut off", b'{"a": [1, 2', {}),
    ("no gzip", b"{}", {"Content-Encoding": "gzip"}),
    ("unknown encoding", b"{}", {"Content-Encoding": "br"}),
    ("form", b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("xml", b"<a/>", {"Content-Type": "application/xml"}),
    ("nested", DEEP, {}),
    ("nested lists", b"[" * 900 + b"]" * 900, {}),
    ("null", b"null", {}),
    ("number", b"7", {}),
    ("huge number", b'{"revision": ' + b"9" * 4000 + b"}", {}),
    ("nan", b'{"a": NaN}', {}),
    ("list", b"[]", {}),
    ("lone surrogate", b'{"a": "\\udc00"}', {}),
    ("not utf-8", b'{"a": "\xff"}', {}),
    ("nul", b'{"a": "\\u0000"}', {}),
    ("nul in a name", b'{"\\u0000": 1}', {}),
]

HEAVY: list[tuple[str, bytes, dict[str, str]]] = [
    ("ten megabytes", b'"' + b"x" * 10_500_000 + b'"', {}),
    ("gzip bomb", gzip.compress(b" " * 60_000_000, 1), {"Content-Encoding": "gzip"}),
]
"""As RAW; tried on one route of each way of reading a body, for they take their time to send."""

VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    1.5,
    2**63,
    -(2**63) - 1,
    10**30,
    1e308,
    "",
    " ",
    "x" * 20_000,
    "\u202e\ufeff\U0010ffff",
    "'; DROP TABLE identity.record; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "../../etc/passwd",
    "%00",
    "-1",
    "1e9",
    "NaN",
    "2026-13-45",
    "9999-12-31T23:59:59-23:59",
    [],
    {},
    [None],
    [[[]]],
    {"": ""},
    ["x"] * 2000,
]

MEMBERS = (
    "attributes",
    "identifiers",
    "consents",
    "observed_at",
    "transaction",
    "basket",
    "shoppers",
    "channel",
    "revision",
    "limit",
    "state",
    "occurred_at",
    "applied",
    "decision",
    "kind",
    "tenders",
    "redemption",
    "left",
    "right",
    "verdict",
    "reason",
    "groups",
    "hint",
    "country",
    "name",
    "zone",
    "currency",
    "tax",
    "title",
    "gtin",
    "price",
    "products",
    "stock",
    "version",
    "batch",
    "type",
    "event",
    "userId",
    "messageId",
    "properties",
    "traits",
    "context",
    "timestamp",
    "writeKey",
    "campaign",
    "messages",
    "trigger",
    "reward",
    "scope",
)


@pytest.fixture
def everybody(client: Client, issue: Issue) -> Caller:
    """A caller who may do everything that one key may do."""
    return Caller(client, issue(*(set(Scope) - {Scope.INGEST_PUBLIC, Scope.KIOSK})))


def _writing(app: Flask) -> Iterator[tuple[str, str]]:
    for method, path, _ in _guarded(app):
        if method in {"POST", "PUT"}:
            yield method, path


def test_hostile_bodies_are_refused_by_every_route(app: Flask, everybody: Caller) -> None:
    """Whatever the bytes are: a 4xx that is a problem, or an answer that says which line was bad."""
    for (method, path), (what, data, headers) in itertools.product(_writing(app), RAW):
        answer = everybody(method, path, data=data, headers={"Content-Type": "application/json", **headers})
        assert answer.status_code < 500, (method, path, what, answer.text[:300])
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json", (method, path, what)


def test_heavy_bodies_are_refused(everybody: Caller) -> None:
    """By their announced length, or as soon as they unfold beyond it."""
    for (method, path), (what, data, headers) in itertools.product(
        [
            ("POST", "/v1/offers/query"),
            ("POST", "/v1/judgements"),
            ("POST", "/v1/records/batch"),
            ("POST", "/v1/segment/v1/batch"),
            ("PUT", "/v1/campaigns/x"),
        ],
        HEAVY,
    ):
        sent = {"Content-Type": "application/json", **headers}
        answer = everybody(method, path, data=data, headers=sent)
        assert answer.status_code == 413, (path, what, answer.text[:300])


def test_wrong_values_are_refused_by_every_route(app: Flask, everybody: Caller, scale: Scale) -> None:
    """Every known member with every odd value in one body, and some of them alone."""
    every = scale(3, 1)
    for number, (method, path) in enumerate(_writing(app)):
        for turn, value in enumerate(VALUES):
            few = {MEMBERS[(number + turn) % len(MEMBERS)]: value, MEMBERS[turn % len(MEMBERS)]: value}
            for sent in (dict.fromkeys(MEMBERS, value), few)[: 1 + ((number + turn) % every == 0)]:
                answer = everybody(method, path, sent)
                assert answer.status_code < 500, (method, path, value, answer.text[:300])


ADDRESSES = [
    "/v1/records/web/a%00b",
    "/v1/records/web/%ff%fe",
    "/v1/records/%F0%9F%98%80/x",
    "/v1/records/web/" + "x" * 5000,
    "/v1/records/web/..%2f..%2fx",
    "/v1/profiles/not-a-uuid",
    "/v1/profiles/01920000-0000-7000-8000-000000000000/history?limit=1e9",
    "/v1/profiles/01920000-0000-7000-8000-000000000000/history?cursor=%00",
    "/v1/profiles/01920000-0000-7000-8000-000000000000/history?kind=a%00b",
    "/v1/profiles/01920000-0000-7000-8000-000000000000/history?since=9999-12-31T23:59:59-23:59",
    "/v1/changes?after=99999999999999999999",
    "/v1/changes?after=-1",
    "/v1/changes?limit=0",
    "/v1/changes?unknown=1",
    "/v1/reviews?after=%EF%BC%91",
    "/v1/reviews?kind=a%00b",
    "/v1/reviews/99999999999999999999999",
    "/v1/why?left=x&right=y",
    "/v1/stores?after=%00",
    "/v1/stores/%00",
    "/v1/products?after=%00",
    "/v1/products/%00",
    "/v1/stock/%00?sku=a",
    "/v1/stock/0042?sku=%00",
    "/v1/campaigns?after=%00&state=x",
    "/v1/campaigns/%00",
    "/v1/campaigns/x?version=99999999999",
    "/v1/stops/store/%00",
    "/v1/redemptions/x",
    "/v1//offers//query",
    "/%00",
    "/v1/%2e%2e/x",
]


def test_hostile_addresses_are_refused(everybody: Caller) -> None:
    """NUL, other encodings, numbers beyond 64 bits and unknown parameters are all 4xx."""
    for method, address in itertools.product(
        ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "TRACE"], ADDRESSES
    ):
        answer = everybody(method, address, {} if method in {"PUT", "POST", "PATCH"} else None)
        assert answer.status_code < 500, (method, address, answer.text)


HEADERS = [
    "",
    "Bearer",
    "Bearer ",
    "Basic",
    "Basic !!!",
    "Basic Og==",
    "Bearer \xff",
    "Digest x",
    "Bearer " + "x" * 9000,
]


def test_hostile_credentials_are_refused(call: Callable[..., Caller]) -> None:
    """Whatever stands where a key should stand."""
    for header, path in itertools.product(
        HEADERS, ["/v1/offers/query", "/v1/segment/v1/t", "/v1/judgements"]
    ):
        answer = call()("POST", path, {}, headers={"Authorization": header})
        assert answer.status_code == 401, (header, path, answer.text)


def test_hostile_lines_are_refused_alone(everybody: Caller) -> None:
    """A batch of nothing but bad lines is answered line by line."""
    lines = [raw.replace(b"\n", b" ") for _, raw, headers in RAW if not headers and raw and len(raw) < 10_000]
    answer = everybody(
        "POST", "/v1/records/batch", data=b"\n".join(lines), content_type="application/x-ndjson"
    )
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == len(lines)
    assert all('"problem"' in line for line in answer.text.splitlines())
