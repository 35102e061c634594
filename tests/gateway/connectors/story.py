"""One shopper's story, told by whichever client: she looks, fills a cart, signs in, orders one thing and
leaves the other; the till offers her the other.
"""

from typing import Any

from gateway.wiring import Services
from identity.model import Assurance
from identity.register import records
from identity.submission import Claim, Statement, Submission
from offers.retailer import products, stores
from offers.retailer.shop import Article, Store
from tests.gateway.conftest import Caller

CAMPAIGN = """
campaign: wanted-online
name: A discount on what you wanted online
trigger: {interest: {kinds: [carted], maximum_age: 30d}}
scope: {wanted: item}
reward: {percent: 15%}
limits: {total: 100}
messages: {all: {en: {title: "{product} for {price_after}", receipt: "Online wish", neutral: "{product}"}}}
"""

CARD = "2000123"
ACCOUNT = "anna-1"
EMAIL = "anna.mueller@example.org"


def set_the_stage(services: Services, back: Caller) -> None:
    """A store, two products, a campaign, and Anna's loyalty card with her consent."""
    details = Store(code="0042", name="Graben", zone="Europe/Vienna", currency="EUR", country="AT")
    with services.database.transaction() as connection:
        stores.put(connection, [details])
        products.put(
            connection,
            [
                Article(sku="SW-1", title="Sweater", gtin="04006381333931", price_minor=5999, currency="EUR"),
                Article(sku="MUG-1", title="Mug", price_minor=995, currency="EUR"),
            ],
        )
    yaml = {"Content-Type": "application/yaml"}
    assert back("PUT", "/v1/campaigns/wanted-online", data=CAMPAIGN, headers=yaml).status_code == 200
    assert back("POST", "/v1/campaigns/wanted-online/activate", {}).status_code == 200
    with services.database.transaction() as connection:
        claims = (Claim("loyalty_card", CARD, Assurance.VERIFIED), Claim("email", EMAIL, Assurance.VERIFIED))
        now = services.clock()
        said = (Statement("cross_channel", granted=True, at=now, evidence="at the till"),)
        names = {"given_name": "Anna", "family_name": "Mueller"}
        card = Submission("loyalty", CARD, names, claims, said, observed_at=now)
        records.put(connection, services.identity, card, now=now)


def offered(till: Caller) -> list[tuple[str, int]]:
    """What the till takes off which line when her card is scanned with both products in the basket.

    On a busy machine an answer may say that it comes without knowing her; the till asks again then.
    """
    for _ in range(TRIES):
        answer = _asked(till)
        if not answer["degraded"]:
            return [(effect["line"], effect["amount"]) for effect in answer["effects"]]
    raise AssertionError("identity stayed too slow")


TRIES = 20


def _asked(till: Caller) -> dict[str, Any]:
    answer = till(
        "POST",
        "/v1/offers/query",
        {
            "transaction": {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": "1"},
            "revision": 1,
            "channel": "till",
            "language": "en",
            "shoppers": [{"scan": CARD}],
            "basket": {
                "currency": "EUR",
                "lines": [
                    {"line": "1", "sku": "MUG-1", "quantity": "1", "amount": 995},
                    {"line": "2", "scan": "4006381333931", "quantity": "1", "amount": 5999},
                ],
            },
        },
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json or {}
    return found


def kinds(back: Caller) -> list[str]:
    """The kinds of events in her history, sorted."""
    asked = {"identifiers": [{"type": "account_id", "value": ACCOUNT}]}
    found: Any = back("POST", "/v1/profiles/lookup", asked).json
    history: Any = back("GET", f"/v1/profiles/{found['profile']}/history").json
    return sorted(item["kind"] for item in history["items"])


TOLD = ["identify", "order_completed", "page", "product_carted", "product_carted", "product_viewed"]
