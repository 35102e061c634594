"""Preferences end to end: what a shopper asked not to be shown is not offered, for as long as she asked."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.access.security import Scope
from tests.gateway.conftest import Caller, Clock

STORE = {"name": "Vienna", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
SWEATER = {
    "sku": "SW-1", "title": "Sweater", "category": "clothes/knit", "currency": "EUR", "price": 5999,
}  # fmt: skip
CAMPAIGN = {
    "campaign": "wanted-online",
    "name": "A discount on what you wanted online",
    "trigger": {"interest": {"kinds": ["carted"], "maximum_age": "30d"}},
    "scope": {"wanted": "item"},
    "reward": {"percent": "10%"},
    "messages": {"all": {"en": {"title": "{product} for {price_after}", "receipt": "Online wish"}}},
}
CONSENTS = [
    {"purpose": purpose, "granted": True, "at": "2026-11-20T10:00:00Z"}
    for purpose in ("cross_channel", "personal_offers")
]
NOTHING: dict[str, Any] = {"hidden": [], "quiet_channels": [], "gifts": []}


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """A server of the retailer with a card whose owner has carted a sweater online."""
    caller = call(*(set(Scope) - {Scope.KIOSK, Scope.INGEST_PUBLIC}), source="loyalty")
    assert caller("PUT", "/v1/stores/0042", STORE).status_code in {200, 201}
    assert caller("PUT", "/v1/products", {"products": [SWEATER]}).status_code == 200
    assert caller("PUT", "/v1/campaigns/wanted-online", CAMPAIGN).status_code in {200, 201}
    assert caller("POST", "/v1/campaigns/wanted-online/activate", {}).status_code == 200
    shop = call(Scope.INGEST, source="web")
    cart = {
        "event": "Product Added", "messageId": "m1", "userId": "anna", "timestamp": "2026-11-20T11:00:00Z",
        "properties": {"sku": "SW-1", "quantity": 1},
    }  # fmt: skip
    email = {"type": "email", "value": "anna@example.at", "assurance": "verified"}
    account = {"type": "account_id", "value": "anna", "assurance": "verified"}
    put = shop("PUT", "/v1/records/web/anna", {"identifiers": [account, email], "consents": CONSENTS})
    assert put.status_code in {200, 201}, put.text
    assert shop("POST", "/v1/segment/v1/t", cart).status_code == 200
    card = {"type": "loyalty_card", "value": "2000123", "assurance": "verified"}
    put = caller("PUT", "/v1/records/loyalty/2000123", {"identifiers": [card, email]})
    assert put.status_code in {200, 201}, put.text
    return caller


def offered(back: Caller) -> tuple[list[str], list[str]]:
    """The campaigns a till is given for the sweater, and why others are not."""
    line = {"line": "1", "sku": "SW-1", "quantity": "1", "unit_price": "59.99", "amount": 5999}
    answer = back(
        "POST",
        "/v1/offers/query",
        {
            "transaction": None, "channel": "app", "shoppers": [{"scan": "2000123"}],
            "basket": {"currency": "EUR", "tax": "included", "lines": [line]},
        },
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json or {}
    return [one["campaign"] for one in told["effects"]], [one["reason"] for one in told["refused"]]


def prefer(back: Caller, **said: Any) -> dict[str, Any]:
    """State preferences for the card's owner; answers them as they are now."""
    found = back(
        "POST", "/v1/profiles/lookup", {"identifiers": [{"type": "loyalty_card", "value": "2000123"}]}
    )
    address = f"/v1/profiles/{(found.json or {})['profile']}/preferences"
    answer = back("PUT", address, {**NOTHING, **said})
    assert answer.status_code == 200, answer.text
    read = back("GET", address)
    assert read.json == answer.json
    return {name: value for name, value in (read.json or {}).items() if name != "profile"}


@pytest.mark.parametrize(
    "said",
    [
        {"hidden": [{"kind": "product", "subject": "SW-1", "until": None}]},
        {"hidden": [{"kind": "category", "subject": "clothes", "until": None}]},
        {"hidden": [{"kind": "campaign", "subject": "wanted-online", "until": None}]},
        {"quiet_channels": ["app"]},
        {"gifts": [{"sku": "SW-1", "until": "2026-11-21T10:00:00Z"}]},
    ],
    ids=["product", "category", "campaign", "channel", "gift"],
)
def test_what_she_does_not_want_to_see_is_not_offered(back: Caller, said: dict[str, Any]) -> None:
    """From the next query on, on whatever record she is known by; and taken back, all is as before."""
    assert offered(back)[0] == ["wanted-online"]
    assert prefer(back, **said) == {**NOTHING, **said}
    assert offered(back)[0] == []
    assert prefer(back) == NOTHING
    assert offered(back)[0] == ["wanted-online"]


def test_a_snooze_is_over_by_itself(back: Caller, clock: Clock) -> None:
    """Hidden for a day, offered the day after, and gone from the list."""
    until = "2026-11-22T10:00:00Z"
    prefer(back, hidden=[{"kind": "campaign", "subject": "wanted-online", "until": until}])
    assert offered(back) == ([], ["hidden"])
    clock.forward(days=1)
    assert offered(back)[0] == ["wanted-online"]


def test_each_part_keeps_her_word(back: Caller) -> None:
    """Withdrawing the consent to join channels takes the person apart; what she hid stays hidden in both."""
    prefer(back, hidden=[{"kind": "product", "subject": "SW-1", "until": None}])
    account = (back("GET", "/v1/records/loyalty/2000123").json or {})["record"]
    said = [{"purpose": "cross_channel", "granted": False, "at": "2026-11-21T10:00:00Z"}]
    assert back("PUT", f"/v1/profiles/{account}/consents", {"consents": said}).status_code == 200
    lookups = [{"type": "loyalty_card", "value": "2000123"}, {"type": "account_id", "value": "anna"}]
    found = [back("POST", "/v1/profiles/lookup", {"identifiers": [one]}).json for one in lookups]
    parts = [each["profile"] for each in found if each]
    assert len(set(parts)) == 2
    for part in parts:
        shown = back("GET", f"/v1/profiles/{part}/preferences").json
        assert shown["hidden"] == [{"kind": "product", "subject": "SW-1", "until": None}]


def test_forgotten_with_her(back: Caller) -> None:
    """Exported while she is there; erased with all the rest."""
    prefer(back, quiet_channels=["kiosk"])
    card = (back("GET", "/v1/records/loyalty/2000123").json or {})["record"]
    told = back("POST", f"/v1/profiles/{card}/export").json
    assert told["offers"]["preferences"]["quiet_channels"] == ["kiosk"]
    assert back("POST", f"/v1/profiles/{card}/erase", {"reason": "asked"}).status_code == 200
    assert back("GET", f"/v1/profiles/{card}/preferences").status_code == 410
