"""The till query: its statements, and what it does when something is missing or slow."""

import contextlib
from collections.abc import Callable
from typing import Any

import psycopg2.extensions
import pytest
import sqlalchemy as sa

from gateway.access.security import Scope
from gateway.database import Database
from gateway.wiring import Services
from tests.gateway.conftest import Caller

KEY = {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": "1"}
QUESTION = {
    "channel": "till",
    "transaction": KEY,
    "shoppers": [{"scan": "2000123"}],
    "basket": {"currency": "EUR", "lines": [{"line": "1", "sku": "A", "quantity": "1", "amount": 100}]},
}


@pytest.fixture
def till(call: Callable[..., Caller]) -> Caller:
    """A till in a store that knows one shopper."""
    back = call(Scope.ADMIN, Scope.INGEST)
    store = {"name": "Graben", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
    assert back("PUT", "/v1/stores/0042", store).status_code == 200
    card = {"identifiers": [{"type": "loyalty_card", "value": "2000123", "assurance": "verified"}]}
    assert back("PUT", "/v1/records/loyalty/2000123", card).status_code == 201
    return call(Scope.QUERY, Scope.REDEEM, stores=("0042",))


def test_codes_are_refused_as_unknown(till: Caller) -> None:
    """Until there are codes, a till that sends one is told so."""
    answer = till("POST", "/v1/offers/query", {**QUESTION, "codes": [{"code": "WELCOME"}]})
    assert answer.json is not None
    assert {"code": "WELCOME", "reason": "unknown_code", "hint": None} in answer.json["refused"]


def test_a_slow_identity_leaves_impersonal_offers(till: Caller, database: Database) -> None:
    """The till gets its answer in time and learns what it lacks."""
    assert till("POST", "/v1/offers/query", QUESTION).json is not None
    with database.transaction() as connection:
        connection.execute(sa.text("lock table identity.identifier in access exclusive mode"))
        answer = till("POST", "/v1/offers/query", QUESTION)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["degraded"] == ["identity"]
    assert answer.json["shoppers"][0]["status"] == "unknown"


@pytest.mark.parametrize(
    ("shoppers", "asked"),
    [
        (QUESTION["shoppers"], ["gateway_known"]),
        ([], ["gateway_known"]),
        ([{"role": "staff", "scan": "2000123"}], ["gateway_who_one", "offers_known"]),
    ],
)
def test_a_quote_costs_one_statement(
    till: Caller, services: Services, shoppers: Any, asked: list[str]
) -> None:
    """Who and what are asked together where one buyer shows one thing; nothing else goes to the database."""
    question = {**QUESTION, "shoppers": shoppers}
    for _ in range(2):
        till("POST", "/v1/offers/query", question)
    assert services.offers.log.flush()
    seen: list[str] = []
    with services.quick.connect() as alone, services.gathering.connections.connect() as together:
        for connection in (alone, together):
            driver: Any = connection.connection.driver_connection
            driver.cursor_factory = _remembering(seen)
    assert till("POST", "/v1/offers/query", question).status_code == 200
    assert len(seen) == len(asked), seen
    assert all(name in statement for name, statement in zip(asked, seen, strict=True)), seen


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/offers/query", 200),
        ("POST", "/v1/offers/query/", 200),
        ("POST", "/v1/offers/query?x=1", 200),
        ("GET", "/v1/offers/query", 405),
    ],
)
def test_only_the_plain_request_takes_the_short_cut(
    till: Caller, method: str, path: str, status: int
) -> None:
    """Whatever else is meant for the route is answered by Flask, in the same words."""
    answer = till(method, path, QUESTION)
    assert answer.status_code == status, answer.text
    assert answer.json is not None
    assert ("decision" in answer.json) == (status == 200)


def _remembering(seen: list[str]) -> type[psycopg2.extensions.cursor]:
    class Remembering(psycopg2.extensions.cursor):
        """The driver's cursor, noting what it sends."""

        def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  (the driver's name)
            seen.append(str(query))
            super().execute(query, vars)

    return Remembering


def test_without_a_free_connection_the_till_is_told_at_once(till: Caller, services: Services) -> None:
    """503 with Retry-After, while the till still has time to sell without offers."""
    lent = []
    with services.quick.connect():  # what is kept is in use
        with contextlib.suppress(sa.exc.TimeoutError):
            while True:
                lent.append(services.quick.engine.connect())
        answer = till("POST", "/v1/offers/query", QUESTION)
    for connection in lent:
        connection.close()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    "change",
    [
        {"shoppers": [{}]},
        {"shoppers": [{"scan": "a", "choice": "b"}]},
        {"shoppers": [{"scan": "a"}, {"scan": "b"}]},
        {"transaction": None},
        {"mode": "reserve", "transaction": None},
        {"basket": {"currency": "EUR", "lines": [{"line": "1", "quantity": "1", "amount": 1}] * 2}},
        {"basket": {"currency": "USD", "lines": []}},
    ],
)
def test_what_a_schema_cannot_say_is_refused_too(
    call: Callable[..., Caller], till: Caller, change: Any
) -> None:
    """Two ways to name a shopper, two lines of one name, another currency: 422 with the place."""
    asker = call(Scope.QUERY, Scope.REDEEM) if change.get("transaction", KEY) is None else till
    assert asker("POST", "/v1/offers/query", {**QUESTION, **change}).status_code == 422


def test_reserving_needs_its_own_scope(call: Callable[..., Caller], till: Caller) -> None:
    """A key that may only ask holds nothing."""
    assert call(Scope.QUERY)("POST", "/v1/offers/query", {**QUESTION, "mode": "reserve"}).status_code == 403
    assert till("POST", "/v1/offers/query", {**QUESTION, "mode": "reserve"}).status_code == 200
