"""A till that lost the gateway's answer says what it did: whose limits count is whoever stood there."""

import datetime as dt
from typing import Any

import pytest

from tests.gateway.conftest import Caller, Clock
from tests.gateway.tills.conftest import OpenCounter
from tests.gateway.tills.market import CARDS, STORE, Counter, campaign

ONCE = "limits: {per_profile: 1}\n"


@pytest.fixture
def desk(back: Caller, counter: OpenCounter) -> Counter:
    """A till, and a campaign that everybody may use once."""
    campaign(back, "tenth", limits=ONCE)
    return counter("07")


def _use(desk: Counter, number: str, *, at: dt.datetime, **more: object) -> dict[str, Any]:
    body = {
        "transaction": {
            "store": STORE,
            "terminal": "07",
            "business_day": at.date().isoformat(),
            "number": number,
        },
        "state": "committed",
        "occurred_at": at.isoformat(),
        "applied": [{"offer": "tenth.1", "line": "1", "quantity": "1", "amount": 500}],
        **more,
    }
    answer = desk.wire.send("POST", "/v1/redemptions", body)
    assert answer is not None
    return {"status": answer.status, **answer.body}


def _granted(said: dict[str, Any]) -> tuple[int, str | None]:
    (item,) = said["items"]
    return item["granted"], item["reason"]


def test_whoever_stood_there_is_counted_without_a_decision(desk: Counter, clock: Clock) -> None:
    """Once for her, once for him, and not twice for her."""
    mine, other = ([{"scan": card}] for card in CARDS)
    assert _granted(_use(desk, "1", at=clock.now, shoppers=mine)) == (500, None)
    assert _granted(_use(desk, "2", at=clock.now, shoppers=mine)) == (0, "limit_per_profile")
    assert _granted(_use(desk, "3", at=clock.now, shoppers=other)) == (500, None)


def test_what_counts_by_person_needs_one(desk: Counter, clock: Clock) -> None:
    """Nobody, and somebody whom nobody knows, may not have it."""
    assert _granted(_use(desk, "1", at=clock.now)) == (0, "needs_shopper")
    assert _granted(_use(desk, "2", at=clock.now, shoppers=[{"scan": "2999999"}])) == (0, "needs_shopper")


def test_what_has_happened_is_counted_and_flagged(desk: Counter, clock: Clock) -> None:
    """Given while it was alone, twice to the same person: both stand, the second is over."""
    mine = [{"scan": CARDS[0]}]
    first = _use(desk, "1", at=clock.now, shoppers=mine, offline=True)
    again = _use(desk, "2", at=clock.now, shoppers=mine, offline=True)
    assert [_granted(said) for said in (first, again)] == [(500, None), (500, None)]
    assert "over_limit" not in first["flags"]
    assert "over_limit" in again["flags"]


def test_a_report_names_one_buyer(desk: Counter, clock: Clock) -> None:
    """As a query does."""
    both = [{"scan": card} for card in CARDS]
    assert _use(desk, "1", at=clock.now, shoppers=both)["status"] == 422
