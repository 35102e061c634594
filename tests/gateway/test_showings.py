"""What a screen shows again and again rests there, and nowhere else."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gateway.access.security import Scope
from gateway.wiring import Services
from offers.learning import reading
from offers.model import Policy
from tests.gateway.conftest import Caller, Clock
from tests.gateway.test_campaign_doors import CONSENTS, STORE, SWEATER, campaign, live

MOST = Policy().shown_most
WANTED = {"trigger": {"interest": {"kinds": ["carted"], "maximum_age": "90d"}}, "scope": {"wanted": "item"}}


@pytest.fixture
def shop(call: Callable[..., Caller], clock: Clock) -> Caller:
    """Anna, who agreed to everything, has a sweater in her online cart. Ids tell the true time: so does the
    clock.
    """
    clock.now = dt.datetime.now(dt.UTC)
    shop = call(*(set(Scope) - {Scope.KIOSK, Scope.INGEST_PUBLIC}), source="web")
    assert shop("PUT", "/v1/stores/0042", STORE).status_code in {200, 201}
    assert shop("PUT", "/v1/products", {"products": [SWEATER]}).status_code == 200
    live(shop, campaign("wanted-online", **WANTED))
    anna = {
        "attributes": {"given_name": "Anna"},
        "identifiers": [
            {"type": "account_id", "value": "anna-1", "assurance": "verified"},
            {"type": "loyalty_card", "value": "9000000001", "assurance": "verified"},
        ],
        "consents": CONSENTS,
        "observed_at": "2026-11-20T10:00:00Z",
    }
    assert shop("PUT", "/v1/records/web/anna-1", anna).status_code in {200, 201}
    wants(shop, "m0")
    clock.forward(minutes=1)
    return shop


def wants(shop: Caller, message: str) -> None:
    """She puts the sweater into her cart."""
    carted = {"type": "track", "event": "Product Added", "messageId": message, "userId": "anna-1"}
    batch = {"batch": [{**carted, "properties": {"sku": "SW-1", "quantity": 1}}]}
    assert shop("POST", "/v1/segment/v1/batch", batch).json == {"success": True, "rejected": []}


def shown(shop: Caller) -> list[str]:
    """What the shop's pages show her."""
    signed_in = {"type": "account_id", "value": "anna-1", "entry": "app"}
    asked = {"channel": "web", "shoppers": [{"identifiers": [signed_in]}]}
    answer = shop("POST", "/v1/offers/query", asked)
    assert answer.status_code == 200, answer.text
    return [offer["product"] for offer in answer.json["offers"]]


def learn(services: Services, clock: Clock) -> None:
    """The worker reads what was logged."""
    services.offers.log.flush()
    with services.database.transaction() as connection:
        reading.learn(connection, services.offers, now=clock.now + dt.timedelta(days=60))


def test_what_was_shown_often_rests_on_screens_until_it_is_wanted_anew(
    shop: Caller, services: Services, clock: Clock
) -> None:
    """A page that asks again within the hour is one showing; the price at the till stays."""
    for _ in range(3):
        assert shown(shop) == ["SW-1"]
    learn(services, clock)
    assert rows(services) == [("SW-1", 1, False)]
    for _ in range(MOST - 1):
        hours_later(services)
        assert shown(shop) == ["SW-1"]
        learn(services, clock)
    assert rows(services) == [("SW-1", 0, True)]
    assert shown(shop) == []
    assert [one["amount"] for one in at_the_till(shop)["effects"]] == [500]
    clock.forward(seconds=30)
    wants(shop, "m1")
    assert shown(shop) == ["SW-1"]


def test_a_rest_ends_by_itself(shop: Caller, services: Services, clock: Clock) -> None:
    """After two weeks it may be shown again; forgetting her forgets what she was shown."""
    for _ in range(MOST):
        shown(shop)
        learn(services, clock)
        hours_later(services)
    assert shown(shop) == []
    clock.forward(days=14, hours=1)
    assert shown(shop) == ["SW-1"]
    profile = shop("GET", "/v1/records/web/anna-1").json["profile"]
    assert shop("POST", f"/v1/profiles/{profile}/erase", {"reason": "asked"}).status_code < 300
    assert rows(services) == []


def rows(services: Services) -> list[tuple[str, int, bool]]:
    """Each sku, how often it was shown since it last rested, and whether it ever did."""
    with services.database.transaction() as connection:
        found = connection.exec_driver_sql("select sku, times, rested_at_s > 0 from offers.showing")
        return [(row[0], row[1], row[2]) for row in found]


def hours_later(services: Services) -> None:
    """As if what was shown had been shown hours ago: decisions' ids tell the true time."""
    with services.database.transaction() as connection:
        connection.exec_driver_sql("update offers.showing set last_at_s = last_at_s - 7200")


def at_the_till(shop: Caller) -> dict[str, Any]:
    """Her card and the sweater at the till."""
    line = {"line": "1", "sku": "SW-1", "quantity": "1", "amount": 5000}
    question = {
        "channel": "till",
        "transaction": {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": "1"},
        "shoppers": [{"scan": "9000000001"}],
        "basket": {"currency": "EUR", "lines": [line]},
    }
    answer = shop("POST", "/v1/offers/query", question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found
