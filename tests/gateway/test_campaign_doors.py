"""Campaigns through the door: segments that fill themselves, codes, clips, points, findings, rehearsals."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gateway.access.security import Scope
from gateway.serving.steps import steps
from gateway.shopping import portraits
from gateway.wiring import Services
from tests.gateway.conftest import Caller

STORE = {"name": "Vienna", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
SWEATER = {"sku": "SW-1", "title": "Sweater", "currency": "EUR", "price": 5000}
CONSENTS = [
    {"purpose": purpose, "granted": True, "at": "2026-11-20T10:00:00Z"}
    for purpose in ("cross_channel", "personal_offers")
]


def campaign(name: str, **sections: Any) -> dict[str, Any]:
    """A campaign of ten percent for all, changed."""
    words = {"name": name, "messages": {"all": {"en": {"title": name}}}}
    return {"campaign": name, "trigger": "always", "reward": {"percent": "10%"}, **words, **sections}


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """A server of the retailer, a store, a sweater, and Anna with her card."""
    caller = call(*(set(Scope) - {Scope.KIOSK, Scope.INGEST_PUBLIC}), source="loyalty")
    assert caller("PUT", "/v1/stores/0042", STORE).status_code in {200, 201}
    assert caller("PUT", "/v1/products", {"products": [SWEATER]}).status_code == 200
    anna = {
        "attributes": {"given_name": "Anna", "country": "AT", "postcode": "1010"},
        "identifiers": [{"type": "loyalty_card", "value": "9000000001", "assurance": "verified"}],
        "consents": CONSENTS,
        "observed_at": "2026-11-20T10:00:00Z",
    }
    assert caller("PUT", "/v1/records/loyalty/9000000001", anna).status_code in {200, 201}
    return caller


def live(back: Caller, document: dict[str, Any]) -> dict[str, Any]:
    """The campaign applied and activated; what activating answered."""
    name = document["campaign"]
    applied = back("PUT", f"/v1/campaigns/{name}", document)
    assert applied.status_code == 200, applied.json
    activated = back("POST", f"/v1/campaigns/{name}/activate", {})
    assert activated.status_code == 200, activated.json
    found: dict[str, Any] = activated.get_json()
    return found


def ask(back: Caller, number: str, *, mode: str = "quote", codes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Anna's card and one sweater at the till."""
    transaction = {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": number}
    question = {
        "channel": "till",
        "transaction": transaction,
        "mode": mode,
        "shoppers": [{"scan": "9000000001"}],
        "codes": [{"code": code} for code in codes],
        "basket": {
            "currency": "EUR",
            "lines": [{"line": "1", "sku": "SW-1", "quantity": "1", "amount": 5000}],
        },
    }
    answer = back("POST", "/v1/offers/query", question)
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_segment_fills_itself_and_its_campaign_reaches_the_till(back: Caller, services: Services) -> None:
    """Written over the API, filled behind the scenes, asked by the next query."""
    rule = {"segment": "vienna", "name": "Vienna", "when": [{"regions": ["AT-10"]}]}
    assert back("PUT", "/v1/segments/vienna", rule).json["size"] == 0
    live(back, campaign("for-vienna", audience={"segments": ["vienna"]}))
    assert ask(back, "1")["refused"][0]["reason"] == "segment"
    with services.database.transaction() as connection:
        assert portraits.sweep(connection, services, now=services.clock()) == 1
    assert back("GET", "/v1/segments/vienna").json["size"] == 1
    assert ask(back, "2")["totals"]["discount"] == 500
    changed = back("GET", "/v1/segments/vienna/changes").json["items"]
    assert [one["action"] for one in changed] == ["apply"]
    assert back("DELETE", "/v1/segments/vienna").status_code == 204
    assert back("GET", "/v1/segments").json["items"] == []
    bad = back("PUT", "/v1/segments/vienna", {**rule, "when": [{}]})
    assert bad.status_code == 422
    assert bad.json["errors"][0]["detail"] == "ask for something"


def test_nothing_is_gathered_that_nobody_asks_for(back: Caller, services: Services) -> None:
    """Without a segment or a campaign that asks, the worker's step gives up what it had."""
    fill = next(step for step in steps(services) if step.name == "segments").run

    def filled() -> list[int]:
        with services.database.transaction() as connection:
            assert not fill(connection, services.clock())
            return list(connection.exec_driver_sql("select record_no from offers.trait").scalars())

    assert filled() == []
    rule = {"segment": "vienna", "name": "Vienna", "when": [{"regions": ["AT-10"]}]}
    assert back("PUT", "/v1/segments/vienna", rule).status_code == 200
    assert len(filled()) == 1
    assert back("DELETE", "/v1/segments/vienna").status_code == 204
    assert filled() == []
    live(back, campaign("in-vienna", audience={"regions": ["AT-10"]}))
    assert len(filled()) == 1
    assert back("POST", "/v1/campaigns/in-vienna/end", {}).status_code == 200
    assert filled() == []


def test_codes_and_clips_open_campaigns_at_the_till(back: Caller) -> None:
    """Made over the API, typed carelessly, used once; unknown ones come back as they were typed."""
    live(back, campaign("secret", reach="code", reward={"percent": "20%"}))
    made = back("POST", "/v1/codes", {"campaign": "secret", "count": 2, "prefix": "SUN"})
    assert made.status_code == 201, made.json
    first, _ = made.json["codes"]
    assert ask(back, "1", codes=(first.lower(),), mode="reserve")["totals"]["discount"] == 1000
    refused = ask(back, "2", codes=(first, "nonsense"))["refused"]
    assert {(one["code"], one["reason"]) for one in refused} == {
        (first, "code_used"),
        ("nonsense", "unknown_code"),
    }
    profile = back(
        "POST", "/v1/profiles/lookup", {"identifiers": [{"type": "loyalty_card", "value": "9000000001"}]}
    )
    clip = {"campaign": "secret", "profile": profile.json["profile"]}
    assert back("PUT", "/v1/codes/clips", clip).json == {"is_new": True}
    assert ask(back, "3")["totals"]["discount"] == 1000
    assert back("DELETE", "/v1/codes/clips", clip).status_code == 204
    assert ask(back, "4")["totals"]["discount"] == 0
    (batch,) = back("GET", "/v1/codes?campaign=secret").json["items"]
    assert (batch["count"], batch["uses"]) == (2, 1)
    assert back("DELETE", f"/v1/codes/{batch['batch']}").status_code == 204


def test_points_and_gifts_come_through_the_door(back: Caller) -> None:
    """Points stand on no line; a gift is a question until it lies in the basket."""
    live(back, campaign("points", reward={"points": 1, "every": "1.00 EUR"}))
    live(back, campaign("mug", reward={"gift": ["MUG"]}))
    answer = ask(back, "1")
    (effect,) = answer["effects"]
    assert (effect["type"], effect["line"], effect["amount"]) == ("points", None, 50)
    assert answer["totals"]["points"] == 50
    assert answer["prompts"] == [{"type": "choose_gift", "options": [{"campaign": "mug", "product": "MUG"}]}]


def test_going_live_tells_what_to_know_and_a_rehearsal_what_it_costs(
    back: Caller, services: Services
) -> None:
    """A second campaign overlaps the first; on today's baskets it would have cost the difference."""
    assert live(back, campaign("tenth"))["findings"] == []
    ask(back, "1", mode="reserve")
    assert back("PUT", "/v1/campaigns/fifth", campaign("fifth", reward={"percent": "20%"})).status_code == 200
    found = back("GET", "/v1/campaigns/fifth/findings").json["items"]
    assert [one["kind"] for one in found] == ["overlap"]
    today = dt.datetime.now(dt.UTC).date().isoformat()
    days = {services.clock().date().isoformat(), today}
    sums = [
        item
        for day in sorted(days)
        for item in back("POST", "/v1/campaigns/fifth/rehearse", {"day": day}).json["items"]
    ]
    (one,) = sums
    assert (one["baskets"], one["touched"], one["given"], one["cost"]) == (1, 1, 1000, 500)


def test_a_rehearsal_knows_whom_a_campaign_means(back: Caller, services: Services) -> None:
    """Where no campaign asked for the region on that day, what is known of the person now stands in."""
    live(back, campaign("tenth"))
    ask(back, "1", mode="reserve")
    touched = []
    for region in ("AT-10", "DE"):
        draft = campaign("fifth", reward={"percent": "20%"}, audience={"regions": [region]})
        assert back("PUT", "/v1/campaigns/fifth", draft).status_code == 200
        days = {services.clock().date().isoformat(), dt.datetime.now(dt.UTC).date().isoformat()}
        sums = [
            back("POST", "/v1/campaigns/fifth/rehearse", {"day": day}).json["items"] for day in sorted(days)
        ]
        touched += [item["touched"] for items in sums for item in items]
    assert touched == [1, 0]
