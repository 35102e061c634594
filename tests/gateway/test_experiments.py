"""From a decision that draws a lot to the evidence a marketer reads."""

import datetime as dt
from typing import Any

import pytest

from gateway.wiring import Services
from offers.learning import reading as learning
from tests.gateway.conftest import Caller, Clock
from tests.gateway.test_campaign_doors import CONSENTS, back, campaign, live

__all__ = ["back"]  # the fixture

PEOPLE = 40
HALF = {"audience": {"holdout": "50%"}}


def _card(number: int) -> str:
    return f"91{number:08}"


def _sale(number: int, at: dt.datetime | None = None, kind: str = "sale") -> dict[str, Any]:
    key = {"store": "0042", "terminal": "01", "business_day": "2026-11-21", "number": f"{number:06}"}
    line = {"line": "1", "sku": "SW-1", "quantity": "1", "amount": 5000}
    basket = {"currency": "EUR", "tax": "included", "complete": True, "lines": [line]}
    shown = [{"identifiers": [{"type": "loyalty_card", "value": _card(number), "entry": "scanned"}]}]
    sold = {"kind": kind, "occurred_at": at.isoformat()} if at is not None else {}
    return {"transaction": key, "shoppers": shown, "basket": basket, **sold}


@pytest.fixture
def asked(back: Caller, services: Services, clock: Clock) -> Caller:
    """Forty people were asked about once, half of them held out by lot, and the log is written.

    Ids of decisions tell the true time, so the clock does.
    """
    clock.now = dt.datetime.now(dt.UTC)
    live(back, campaign("half-get-it", **HALF))
    for number in range(PEOPLE):
        record = {
            "identifiers": [{"type": "loyalty_card", "value": _card(number), "assurance": "verified"}],
            "consents": CONSENTS,
            "observed_at": "2026-11-20T10:00:00Z",
        }
        assert back("PUT", f"/v1/records/loyalty/{_card(number)}", record).status_code in {200, 201}
        query = {**_sale(number), "revision": 1, "mode": "quote", "channel": "till"}
        assert back("POST", "/v1/offers/query", query).status_code == 200
    services.offers.log.flush()
    clock.forward(minutes=1)
    return back


def _learn(services: Services) -> None:
    later = services.clock() + dt.timedelta(minutes=1)
    with services.database.transaction() as connection:
        learning.learn(connection, services.offers, now=later)


def test_everybody_is_in_one_arm_and_what_they_bought_since_counts(
    asked: Caller, services: Services, clock: Clock
) -> None:
    """Everybody buys and one sale is voided; no offer was used, so all paid the price."""
    for number in range(PEOPLE):
        assert asked("POST", "/v1/transactions", _sale(number, clock.now)).status_code == 200
    assert asked("POST", "/v1/transactions", _sale(0, clock.now, "void")).status_code == 200
    _learn(services)
    _learn(services)
    running = asked("GET", "/v1/experiments").json["items"]
    assert [(one["campaign"], one["persons"], one["arms"]) for one in running] == [("half-get-it", PEOPLE, 2)]
    found = asked("GET", "/v1/experiments/half-get-it").json
    assert [arm["arm"] for arm in found["arms"]] == ["holdout", "main"]
    assert sum(arm["persons"] for arm in found["arms"]) == PEOPLE
    assert sum(arm["buyers"] for arm in found["arms"]) == PEOPLE - 1
    assert sum(arm["spend"][0]["paid"] for arm in found["arms"]) == (PEOPLE - 1) * 5000
    assert not found["sizes_are_off"]
    holdout, main = found["arms"]
    assert holdout["more_buyers"] is None
    assert main["more_buyers"]["low"] <= main["more_buyers"]["value"] <= main["more_buyers"]["high"]


def test_what_was_bought_before_the_lot_counts_in_no_arm(
    back: Caller, services: Services, clock: Clock
) -> None:
    """Else the heavy buyers would look like the campaign's doing."""
    clock.now = dt.datetime.now(dt.UTC)
    live(back, campaign("half-get-it", **HALF))
    anna = [{"identifiers": [{"type": "loyalty_card", "value": "9000000001", "entry": "scanned"}]}]
    early = {**_sale(1, clock.now - dt.timedelta(hours=1)), "shoppers": anna}
    assert back("POST", "/v1/transactions", early).status_code == 200
    query = {**_sale(2), "shoppers": anna, "revision": 1, "mode": "quote", "channel": "till"}
    assert back("POST", "/v1/offers/query", query).status_code == 200
    services.offers.log.flush()
    _learn(services)
    found = back("GET", "/v1/experiments/half-get-it").json
    assert sum(arm["persons"] for arm in found["arms"]) == 1
    assert sum(arm["buyers"] for arm in found["arms"]) == 0


def test_an_erased_person_is_in_no_experiment(asked: Caller, services: Services) -> None:
    """Her record numbers are her, so they go."""
    _learn(services)
    known = {"identifiers": [{"type": "loyalty_card", "value": _card(7)}]}
    profile = asked("POST", "/v1/profiles/lookup", known).json["profile"]
    assert asked("POST", f"/v1/profiles/{profile}/erase", {"reason": "asked"}).status_code == 200
    found = asked("GET", "/v1/experiments/half-get-it").json
    assert sum(arm["persons"] for arm in found["arms"]) == PEOPLE - 1


def test_a_campaign_that_nobody_knows_is_not_found(back: Caller) -> None:
    """And one without arms has none."""
    assert back("GET", "/v1/experiments/nowhere").status_code == 404
    live(back, campaign("for-all"))
    assert back("GET", "/v1/experiments/for-all").json["arms"] == []
