"""Asked together or one after the other, who stands there and what is offered come out the same."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.access.security import Scope
from tests.gateway.conftest import Caller
from tests.gateway.shopping.test_preferences import CAMPAIGN, CONSENTS, STORE, SWEATER

ONCE = {
    "campaign": "once-each",
    "name": "Once each",
    "trigger": "always",
    "scope": {"products": ["SW-1"]},
    "reward": {"percent": "5%"},
    "limits": {"per_profile": 1},
    "messages": {"all": {"en": {"title": "Five"}}},
}
STAFF = {"role": "staff", "scan": "2999999"}
"""Somebody else beside the buyer: then the two are not asked together."""


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """A store, two campaigns, and cards: of one who agreed, one who did not, one that two people hold."""
    caller = call(*(set(Scope) - {Scope.KIOSK, Scope.INGEST_PUBLIC}), source="loyalty")
    assert caller("PUT", "/v1/stores/0042", STORE).status_code in {200, 201}
    assert caller("PUT", "/v1/products", {"products": [SWEATER]}).status_code == 200
    for campaign in (CAMPAIGN, ONCE):
        assert caller("PUT", f"/v1/campaigns/{campaign['campaign']}", campaign).status_code in {200, 201}
        assert caller("POST", f"/v1/campaigns/{campaign['campaign']}/activate", {}).status_code == 200
    for key, card, attributes, consents in (
        ("agreed", "2000001", {}, CONSENTS),
        ("silent", "2000002", {}, []),
        ("anna", "2000003", {"full_name": "Anna Berger", "date_of_birth": "1980-02-03"}, CONSENTS),
        ("otto", "2000003", {"full_name": "Otto Zeman", "date_of_birth": "1951-11-30"}, CONSENTS),
    ):
        shown = [{"type": "loyalty_card", "value": card, "assurance": "verified"}]
        body = {"attributes": attributes, "identifiers": shown, "consents": consents}
        assert caller("PUT", f"/v1/records/loyalty/{key}", body).status_code in {200, 201}
        cart = {"event": "Product Added", "messageId": key, "timestamp": "2026-11-20T11:00:00Z"}
        wanted = {"context": {"loyalty_card": card}, "properties": {"sku": "SW-1", "quantity": 1}}
        assert caller("POST", "/v1/segment/v1/t", cart | wanted | {"userId": key}).status_code in {200, 202}
    return caller


def _ask(back: Caller, shoppers: list[Any], number: str, **more: Any) -> Any:
    """The whole answer. On a busy machine the first may be late: asked again, as a till is told to."""
    line = {"line": "1", "sku": "SW-1", "quantity": "1", "unit_price": "59.99", "amount": 5999}
    question = {
        "channel": "till",
        "transaction": {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": number},
        "shoppers": shoppers,
        "basket": {"currency": "EUR", "lines": [line]},
        **more,
    }
    answer = back("POST", "/v1/offers/query", question)
    for _ in range(19):
        if answer.status_code != 503 and answer.json is not None and not answer.json["degraded"]:
            break
        answer = back("POST", "/v1/offers/query", question)
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("card", ["2000001", "2000002", "2000003", "2000009"])
@pytest.mark.parametrize("has_used", [False, True])
def test_together_is_as_one_after_the_other(back: Caller, card: str, has_used: bool) -> None:
    """Whether they agreed or not, are unknown or one of two, have used a campaign once or never."""
    if has_used:
        _ask(back, [{"scan": card}], "1", mode="reserve")
    together = _ask(back, [{"scan": card}], "2")
    apart = _ask(back, [{"scan": card}, STAFF], "3")
    told = ("offers", "effects", "totals", "lines", "refused", "degraded", "catalogue")
    assert {name: together[name] for name in told} == {name: apart[name] for name in told}
    assert together["shoppers"][0]["status"] == apart["shoppers"][0]["status"]
    known = {"2000001": "known", "2000002": "known", "2000003": "ambiguous", "2000009": "unknown"}
    assert together["shoppers"][0]["status"] == known[card]
