"""The main job, end to end, over HTTP only: from an online cart to a deal at the till, and back out of it."""

from collections.abc import Callable
from typing import Any

from gateway.access.security import Scope
from tests.gateway.conftest import Caller, Clock

CAMPAIGN = """
campaign: wanted-online
name: A discount on what you wanted online
trigger:
  interest:
    kinds: [carted, searched, viewed]
    maximum_age: 30d
scope:
  wanted: item
reward:
  percent: 15%
limits:
  total: 100
  per_profile: 1
messages:
  all:
    en:
      title: "{product} for {price_after}"
      receipt: "Online wish -15%"
      neutral: "{product}"
"""

TILL = {"store": "0042", "terminal": "07", "business_day": "2026-11-21"}


def _basket() -> dict[str, Any]:
    return {
        "currency": "EUR",
        "lines": [
            {"line": "1", "sku": "MUG-1", "quantity": "2", "amount": 1990},
            {"line": "2", "gtin": "4006381333931", "quantity": "1", "amount": 5999},
        ],
    }


def _question(number: str, **more: Any) -> dict[str, Any]:
    return {
        "transaction": {**TILL, "number": number},
        "revision": 1,
        "channel": "till",
        "language": "en",
        "shoppers": [{"scan": "2000123"}],
        "basket": _basket(),
        **more,
    }


def test_from_an_online_cart_to_a_deal_at_the_till(call: Callable[..., Caller], clock: Clock) -> None:
    """Cart, card, consent, query, reserve, commit, again, once only, history, withdrawal, consent again."""
    back = call(Scope.ADMIN, Scope.CAMPAIGN, Scope.INGEST, Scope.PROFILE_READ, Scope.PRIVACY)
    shop = call(Scope.INGEST, source="web")
    till = call(Scope.QUERY, Scope.REDEEM, Scope.INGEST, source="pos", stores=("0042",))

    # The retailer's side: a store, two products, a campaign.
    store = {"name": "Graben", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
    assert back("PUT", "/v1/stores/0042", store).status_code == 200
    products = [
        {"sku": "SW-1", "title": "Sweater", "gtin": "4006381333931", "price": 5999, "currency": "EUR"},
        {"sku": "MUG-1", "title": "Mug", "price": 995, "currency": "EUR"},
    ]
    assert back("PUT", "/v1/products", {"products": products}).json == {
        "added": 2,
        "changed": 0,
        "missing": [],
    }
    stocked = {"stock": [{"store": "0042", "sku": "SW-1", "quantity": "3"}]}
    assert back("PUT", "/v1/stock", stocked).status_code == 200
    applied = back(
        "PUT", "/v1/campaigns/wanted-online", data=CAMPAIGN, headers={"Content-Type": "application/yaml"}
    )
    assert applied.status_code == 200, applied.text
    assert back("POST", "/v1/campaigns/wanted-online/activate", {}).status_code == 200

    # Online: Anna signs in and puts the sweater into her cart.
    visit = {"userId": "anna-1", "anonymousId": "browser-1"}
    taken = shop(
        "POST",
        "/v1/segment/v1/batch",
        {
            "batch": [
                {
                    "type": "identify",
                    "messageId": "m1",
                    **visit,
                    "traits": {
                        "email": "anna.mueller@example.org",
                        "firstName": "Anna",
                        "lastName": "Müller",
                    },
                },
                {
                    "type": "track",
                    "event": "Product Added",
                    "messageId": "m2",
                    **visit,
                    "properties": {"sku": "SW-1", "quantity": 1},
                },
            ]
        },
    )
    assert taken.json == {"success": True, "rejected": []}

    # Two days later her loyalty card: the same verified e-mail, another spelling, no consent yet.
    clock.forward(days=2)
    card = back(
        "PUT",
        "/v1/records/loyalty/2000123",
        {
            "attributes": {"given_name": "Anna", "family_name": "Mueller"},
            "identifiers": [
                {"type": "loyalty_card", "value": "2000123", "assurance": "verified"},
                {"type": "email", "value": "Anna.Mueller@example.org", "assurance": "verified"},
            ],
        },
    )
    assert card.status_code in {200, 201}, card.text
    before = till("POST", "/v1/offers/query", _question("000180"))
    assert before.status_code == 200, before.text
    assert before.json is not None
    assert before.json["shoppers"][0]["status"] == "known"
    assert before.json["effects"] == []

    # Consent joins the channels.
    assert card.json is not None
    consented = back("PUT", f"/v1/profiles/{card.json['profile']}/consents", _said(clock, granted=True))
    assert consented.status_code == 200, consented.text
    assert consented.json is not None
    profile = consented.json["profile"]

    # The till: one effect, on exactly that line, right to the cent, with its reason.
    clock.forward(minutes=1)
    quoted = till("POST", "/v1/offers/query", _question("000183"))
    assert quoted.json is not None
    [effect] = quoted.json["effects"]
    assert (effect["line"], effect["amount"], effect["campaign"]) == ("2", 900, "wanted-online")
    assert quoted.json["totals"] == {"before": 7989, "discount": 900, "tender": 0, "points": 0, "after": 7089}
    assert quoted.json["lines"] == [{"line": "1", "after": 1990}, {"line": "2", "after": 5099}]
    [offer] = quoted.json["offers"]
    assert offer["reasons"] == ["carted"]
    assert offer["personalised"] is True
    assert quoted.json["redemption"] is None

    # Reserve holds it; commit uses it; the same commit again gives the first answer.
    reserved = till("POST", "/v1/offers/query", _question("000183", mode="reserve", revision=2))
    assert reserved.status_code == 200, reserved.text
    assert reserved.json is not None
    held = reserved.json["redemption"]
    assert held["state"] == "reserved"
    assert [item["granted"] for item in held["items"]] == [900]
    commit = {
        "transaction": {**TILL, "number": "000183"},
        "occurred_at": clock.now.isoformat(),
        "revision": 2,
        "applied": [{"offer": effect["offer"], "line": "2", "quantity": "1", "amount": 900}],
    }
    first = till("POST", f"/v1/redemptions/{held['id']}/commit", commit)
    assert first.status_code == 200, first.text
    assert first.json is not None
    assert (first.json["state"], first.json["replayed"]) == ("committed", False)
    again = till("POST", f"/v1/redemptions/{held['id']}/commit", commit)
    assert again.json == {**first.json, "replayed": True}
    sale = till(
        "POST",
        "/v1/transactions",
        {
            "transaction": {**TILL, "number": "000183"},
            "kind": "sale",
            "occurred_at": clock.now.isoformat(),
            "shoppers": [{"scan": "2000123"}],
            "basket": _basket(),
            "tenders": [{"type": "card", "token": "par-1", "amount": 7089}],
            "redemption": held["id"],
        },
    )
    assert sale.status_code == 200, sale.text

    # Used once, wanted no more.
    clock.forward(hours=1)
    after = till("POST", "/v1/offers/query", _question("000190"))
    assert after.json is not None
    assert after.json["effects"] == []

    # One timeline over both channels.
    history = back("GET", f"/v1/profiles/{profile}/history").json
    assert history is not None
    assert [item["kind"] for item in history["items"]] == [
        "redemption",
        "sale",
        "product_carted",
        "identify",
    ] or {item["kind"] for item in history["items"]} == {"redemption", "sale", "product_carted", "identify"}

    # She wants another one; but consent is withdrawn: the channels part, nothing personal is offered.
    clock.forward(days=1)
    shop(
        "POST",
        "/v1/segment/v1/t",
        {"event": "Product Added", "messageId": "m3", **visit, "properties": {"sku": "MUG-1"}},
    )
    withdrawn = back("PUT", f"/v1/profiles/{profile}/consents", _said(clock, granted=False))
    assert withdrawn.status_code == 200, withdrawn.text
    found = back(
        "POST", "/v1/profiles/lookup", {"identifiers": [{"type": "loyalty_card", "value": "2000123"}]}
    ).json
    online = back(
        "POST", "/v1/profiles/lookup", {"identifiers": [{"type": "account_id", "value": "anna-1"}]}
    ).json
    assert found is not None
    assert online is not None
    assert found["profile"] != online["profile"]
    parted = till("POST", "/v1/offers/query", _question("000200"))
    assert parted.json is not None
    assert parted.json["effects"] == []
    assert "product_carted" not in _kinds(back, found["profile"])
    assert "sale" not in _kinds(back, online["profile"])

    # Consent again: all is back, and the limit is not refilled.
    clock.forward(minutes=1)
    rejoined = back("PUT", f"/v1/profiles/{found['profile']}/consents", _said(clock, granted=True))
    assert rejoined.status_code == 200, rejoined.text
    assert rejoined.json is not None
    assert set(_kinds(back, rejoined.json["profile"])) >= {"sale", "redemption", "product_carted"}
    last = till("POST", "/v1/offers/query", _question("000201"))
    assert last.json is not None
    assert last.json["effects"] == []
    assert {one["reason"] for one in last.json["refused"]} >= {"limit_per_profile"}


def _said(clock: Clock, *, granted: bool) -> dict[str, Any]:
    return {"consents": [{"purpose": "cross_channel", "granted": granted, "at": clock.now.isoformat()}]}


def _kinds(back: Caller, profile: str) -> list[str]:
    history = back("GET", f"/v1/profiles/{profile}/history").json
    assert history is not None
    return [item["kind"] for item in history["items"]]
