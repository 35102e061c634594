"""A till that sells for an hour without network: nothing is lost, nothing double, what is over is flagged."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from gateway.access.security import Scope
from gateway.database import Database
from o2o_client import Line, RefusedError, Tender, TransactionKey
from tests.gateway.conftest import Caller, Clock
from tests.gateway.tills.conftest import OpenCounter
from tests.gateway.tills.market import CARDS, STORE, Counter, campaign, given, unbooked

DAY = dt.date(2026, 11, 21)


def _sell(counter: Counter, amount: int, *, card: str | None = None, tokens: tuple[str, ...] = ()) -> int:
    """One sale of one line; returns what offers took off."""
    assert counter.till is not None
    with counter.till.sale(DAY, card=card) as sale:
        sale.add(Line("1", amount, "SW-1"))
        for token in tokens:
            sale.show(token)
        off = sum(one.off_minor for one in sale.total())
        sale.pay([Tender("cash", sale.due_minor)])
    return off


def _report(back: Caller) -> dict[str, Any]:
    answer = back("GET", f"/v1/reconciliation?day={DAY}&store={STORE}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_an_hour_without_network(
    back: Caller, counter: OpenCounter, clock: Clock, database: Database
) -> None:
    """Thirty sales by signed offers of a campaign for twenty-five: all booked, five flagged as over."""
    campaign(back, "tenth", limits="limits: {total: 25, budget: 1000 EUR}\n")
    desk = counter("07")
    till = desk.till
    assert till is not None
    assert till.fetch_offers() == 1
    assert _sell(desk, 5000) == 500
    desk.wire.weather = "down"
    for _ in range(30):
        assert _sell(desk, 5000) == 500
        clock.forward(minutes=2)
    till = desk.restart()
    assert len(till.desk.memory.waiting) == 30
    desk.wire.weather = "lost"
    for _ in range(3):
        assert not till.forward().is_reconciled
    desk.wire.weather = "up"
    done = till.forward()
    assert (done.is_reconciled, done.waiting, done.aside) == (True, 0, 0)
    assert till.given(DAY) == {"tenth.1": 31 * 500}
    closed = till.close_day(DAY)
    assert closed is not None
    assert closed["agrees"]
    with database.transaction() as connection:
        assert given(connection, DAY) == {"tenth.1": 31 * 500}
        assert unbooked(connection) == []
        flagged = connection.execute(
            text("SELECT count(*) FROM offers.redemption WHERE flags @> '{over_limit,offline}'")
        ).scalar_one()
    assert flagged == 6
    report = _report(back)
    assert (report["agrees"], report["open_tills"]) == (True, [])


def test_a_signed_offer_of_her_own_counts_once(
    back: Caller, call: Callable[..., Caller], counter: OpenCounter, database: Database
) -> None:
    """Two tills without network take the same code from one card: both stand, the second use is over."""
    wanted = (
        "campaign: wanted\nname: wanted\ntrigger: {interest: {kinds: [carted], maximum_age: 30d}}\n"
        "scope: {wanted: item}\nreward: {percent: 20%}\nmessages: {all: {en: {title: '{product}'}}}\n"
    )
    headers = {"Content-Type": "application/yaml"}
    assert back("PUT", "/v1/campaigns/wanted", data=wanted, headers=headers).status_code == 200
    assert back("POST", "/v1/campaigns/wanted/activate", {}).status_code == 200
    first, second = counter("01"), counter("02")
    own = _own_offer(back, call(Scope.INGEST, source="web"), first)
    for desk in (first, second):
        assert desk.till is not None
        desk.till.fetch_offers()
        desk.wire.weather = "down"
    assert _sell(first, 5000, card=CARDS[1], tokens=(own,)) == 0, "it is not hers"
    assert _sell(first, 5000, card=CARDS[0], tokens=(own,)) == 1000
    assert _sell(second, 5000, card=CARDS[0], tokens=(own,)) == 1000
    flags = []
    for desk in (first, second):
        desk.wire.weather = "up"
        assert desk.till is not None
        flags += [flag for _, found in desk.till.forward().flagged for flag in found]
    assert sorted(flags) == ["offline", "offline", "over_limit"]
    with database.transaction() as connection:
        assert given(connection, DAY) == {"wanted.1.SW-1": 2000}


def _own_offer(back: Caller, shop: Caller, desk: Counter) -> str:
    """She puts the sweater into her cart online, allows its use in the store, and gets her offer signed."""
    visit = {"userId": "anna-1", "anonymousId": "b1"}
    traits = {"email": "anna@example.org", "firstName": "Anna0", "lastName": "Maier0"}
    cart = {"event": "Product Added", "properties": {"sku": "SW-1", "quantity": 1}}
    messages = [
        {"type": "identify", "messageId": "m1", **visit, "traits": traits},
        {"type": "track", "messageId": "m2", **visit, **cart},
    ]
    assert shop("POST", "/v1/segment/v1/batch", {"batch": messages}).status_code == 200
    card = {
        "attributes": {"given_name": "Anna0", "family_name": "Maier0"},
        "identifiers": [
            {"type": "loyalty_card", "value": CARDS[0], "assurance": "verified"},
            {"type": "email", "value": "anna@example.org", "assurance": "verified"},
        ],
        "consents": [
            {"purpose": "cross_channel", "granted": True, "evidence": "L-7", "at": "2026-11-01T10:00:00Z"}
        ],
    }
    assert back("PUT", f"/v1/records/loyalty/{CARDS[0]}", card).status_code == 200
    found = desk.wire.send("POST", "/v1/offline/offers", {"store": STORE, "shopper": {"scan": CARDS[0]}})
    assert found is not None
    assert [offer["own"] for offer in found.body["offers"]] == [True], found.body
    token: str = found.body["offers"][0]["token"]
    return token


def test_a_forged_or_old_offer_is_booked_and_flagged(
    back: Caller, counter: OpenCounter, clock: Clock
) -> None:
    """The till has given it: the money is in the books, and a person sees why it should not be."""
    campaign(back, "tenth")
    desk = counter("07")
    assert desk.till is not None
    desk.till.fetch_offers()
    token = desk.till.desk.wallet.live(clock.now, store=STORE, currency="EUR")[0].token
    key = {"store": STORE, "terminal": "07", "business_day": DAY.isoformat()}
    body = {
        "state": "committed",
        "offline": True,
        "applied": [{"offer": "tenth.1", "line": "1", "amount": 100}],
    }
    for number, sent, later_days, expected in (
        ("1", token[:-4] + "AAAA", 0, ["no_decision", "offline", "token_invalid"]),
        ("2", token, 1, ["offline"]),
        ("3", token, 7, ["offline", "token_expired"]),
    ):
        clock.forward(days=later_days)
        at = clock.now.isoformat()
        answer = desk.wire.send(
            "POST",
            "/v1/redemptions",
            {
                **body,
                "transaction": {**key, "number": number},
                "occurred_at": at,
                "sent_at": at,
                "tokens": [sent],
            },
        )
        assert answer is not None
        assert answer.body["flags"] == expected


def test_a_sale_dated_back_makes_no_old_offer_good(back: Caller, counter: OpenCounter, clock: Clock) -> None:
    """A time outside the window decides nothing about what was allowed, whatever the business day says."""
    campaign(back, "tenth")
    desk = counter("07")
    assert desk.till is not None
    desk.till.fetch_offers()
    token = desk.till.desk.wallet.live(clock.now, store=STORE, currency="EUR")[0].token
    then = clock.now.isoformat()
    clock.forward(days=8)
    key = {"store": STORE, "terminal": "07", "business_day": DAY.isoformat(), "number": "1"}
    applied = [{"offer": "tenth.1", "line": "1", "amount": 100}]
    sale = {"transaction": key, "state": "committed", "offline": True, "applied": applied, "tokens": [token]}
    answer = desk.wire.send("POST", "/v1/redemptions", {**sale, "occurred_at": then})
    assert answer is not None
    assert answer.body["flags"] == ["clock", "offline", "token_expired"]


def test_a_till_that_died_while_totalling_gives_back_what_it_held(
    back: Caller, counter: OpenCounter, database: Database
) -> None:
    """The last use of a campaign is held by a till whose plug is pulled: after its start it is free again."""
    campaign(back, "tenth", limits="limits: {total: 1}\n")
    desk, other = counter("01"), counter("02")
    assert desk.till is not None
    sale = desk.till.sale(DAY)
    sale.add(Line("1", 5000, "SW-1"))
    assert sum(one.off_minor for one in sale.total()) == 500
    assert _sell(other, 5000) == 0
    desk.restart().forward()
    assert _sell(other, 5000) == 500
    with database.transaction() as connection:
        assert unbooked(connection) == []


def test_a_cancelled_sale_frees_its_use_and_the_day_agrees(back: Caller, counter: OpenCounter) -> None:
    """Undone while the network was away, in the order in which it happened."""
    campaign(back, "tenth", limits="limits: {total: 1}\n")
    desk = counter("01")
    assert desk.till is not None
    desk.till.fetch_offers()
    desk.wire.weather = "down"
    assert _sell(desk, 5000) == 500
    desk.till.undo(TransactionKey(STORE, "01", DAY, "000001"))
    desk.wire.weather = "up"
    assert desk.till.forward().is_reconciled
    assert desk.till.given(DAY) == {}
    assert _sell(desk, 5000) == 500
    closed = desk.till.close_day(DAY)
    assert closed is not None
    assert closed["agrees"]


def test_a_till_that_keeps_its_word_to_itself_is_found_out(back: Caller, counter: OpenCounter) -> None:
    """Its closing names money that no receipt does: unexplained, and the first thing in the report."""
    campaign(back, "tenth")
    desk = counter("01")
    _sell(desk, 5000)
    key = f"/v1/closings/{STORE}/01/{DAY}"
    answer = desk.wire.send("PUT", key, {"given": [{"offer": "tenth.1", "amount": 700}]})
    assert answer is not None
    assert not answer.body["agrees"]
    report = _report(back)
    assert report["unexplained"] == 1
    csv = back("GET", f"/v1/reconciliation.csv?day={DAY}&store={STORE}").text
    assert "difference,0042,2026-11-21,01,,tenth,,EUR,,7.00,5.00,2.00,,,UNEXPLAINED" in csv


def test_a_revoked_key_is_a_person_s_matter(back: Caller, counter: OpenCounter) -> None:
    """What waits is kept; the till says that it is refused."""
    campaign(back, "tenth")
    desk = counter("01")
    assert desk.till is not None
    desk.till.fetch_offers()
    desk.wire.weather = "down"
    _sell(desk, 5000)
    desk.wire.weather = "up"
    desk.wire._token = "o2o_nothing"
    assert desk.till is not None
    with pytest.raises(RefusedError):
        desk.till.forward()
    assert len(desk.till.desk.memory.waiting) == 1
