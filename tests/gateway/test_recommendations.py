"""Recommendations end to end: what the store taught us, for the shop's own pages, as far as she agreed."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.access.security import Scope
from gateway.database import Database
from offers.recommendations import service
from tests.gateway.conftest import Caller

STORE = {"name": "Vienna", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
PRODUCTS = [
    {"sku": sku, "title": sku.title(), "category": "food", "currency": "EUR", "price": 500}
    for sku in ("TEA", "HONEY", "SOAP")
]
CARD = {"type": "loyalty_card", "value": "2000123", "assurance": "verified"}
AT = "2026-11-20T10:00:00Z"


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """A retailer whose customers buy tea with honey; the owner of a card has bought tea in the store."""
    caller = call(*(set(Scope) - {Scope.KIOSK, Scope.INGEST_PUBLIC}))
    assert caller("PUT", "/v1/stores/0042", STORE).status_code in {200, 201}
    assert caller("PUT", "/v1/products", {"products": PRODUCTS}).status_code == 200
    card = caller("PUT", "/v1/records/loyalty/2000123", {"identifiers": [CARD]})
    assert card.status_code == 201
    for number in range(3):
        sell(caller, f"{number}", "TEA", "HONEY")
    sell(caller, "9", "TEA", scan="2000123")
    return caller


def sell(back: Caller, number: str, *skus: str, scan: str | None = None) -> None:
    """A sale in the store."""
    lines = [
        {"line": f"{place}", "sku": sku, "quantity": "1", "amount": 500} for place, sku in enumerate(skus)
    ]
    sale = {
        "transaction": {"store": "0042", "terminal": "07", "business_day": "2026-11-20", "number": number},
        "kind": "sale",
        "occurred_at": AT,
        "shoppers": [{"scan": scan}] if scan else [],
        "basket": {"currency": "EUR", "tax": "included", "lines": lines},
    }
    answer = back("POST", "/v1/transactions", sale)
    assert answer.status_code == 200, answer.text


def recommended(back: Caller, more: str = "") -> dict[str, Any]:
    """What is recommended to the card's owner."""
    record = (back("GET", "/v1/records/loyalty/2000123").json or {})["record"]
    answer = back("GET", f"/v1/profiles/{record}/recommendations{more}")
    assert answer.status_code == 200, answer.text
    return {**(answer.json or {}), "record": record}


def test_what_goes_with_a_purchase_is_recommended_to_who_agreed(back: Caller, database: Database) -> None:
    """Nothing without consent; then honey, because of the tea; not where she wants quiet, nor what is out."""
    with database.transaction() as connection:
        assert service.learn(connection) == 2
    refused = recommended(back)
    assert (refused["personal"], refused["recommendations"]) == ("no_consent", [])
    said = {"consents": [{"purpose": "personal_offers", "granted": True, "at": AT}]}
    assert back("PUT", f"/v1/profiles/{refused['record']}/consents", said).status_code == 200
    (honey,) = recommended(back)["recommendations"]
    assert (honey["sku"], honey["reason"], honey["because"]) == ("HONEY", "bought_together", "TEA")
    shelf = {"stock": [{"store": "0042", "sku": "HONEY", "quantity": "0"}]}
    assert back("PUT", "/v1/stock", shelf).status_code == 200
    assert recommended(back, "?store=0042")["recommendations"] == []
    quiet = {"quiet_channels": ["web"]}
    assert back("PUT", f"/v1/profiles/{refused['record']}/preferences", quiet).status_code == 200
    assert recommended(back)["personal"] == "quiet_channel"
    assert recommended(back, "?channel=app")["personal"] == "yes"
