"""One golden file as a step of the story that all of them tell."""

from dataclasses import dataclass
from typing import Any

CAMPAIGN = {
    "campaign": "wanted-online",
    "name": "A discount on what you wanted online",
    "trigger": {"interest": {"kinds": ["carted", "viewed"], "maximum_age": "30d"}},
    "scope": {"wanted": "item"},
    "reward": {"percent": "15%"},
    "limits": {"total": 1000, "per_profile": 1},
    "messages": {"all": {"en": {"title": "{product} for {price_after}", "receipt": "Online wish -15%"}}},
}
KEY = {"store": "0042", "terminal": "07", "business_day": "2026-11-21"}
SWEATER = {
    "line": "1",
    "sku": "SW-1",
    "quantity": "1",
    "unit_price": "59.99",
    "amount": 5999,
    "tax_rate_bp": 2000,
}
CHEESE = {
    "line": "2",
    "sku": "CH-1",
    "quantity": "0.482",
    "unit": "kg",
    "unit_price": "12.990",
    "amount": 626,
}
BASKET = {"currency": "EUR", "tax": "included", "complete": False, "lines": [SWEATER, CHEESE]}
ANNA = {"userId": "anna-1", "anonymousId": "browser-1", "timestamp": "2026-11-21T09:55:00Z"}


@dataclass(frozen=True)
class Step:
    """One golden file: who sends what, and what of the answer later steps need.

    `when` is a place in the answer to wait for: changes are numbered once no transaction of the whole server
    is older, and other tests share the server. `mimetype`: the body is a text of this type, sent as it is.
    """

    name: str
    title: str
    who: str
    method: str
    path: str
    body: Any = None
    status: int = 200
    keep: tuple[tuple[str, str], ...] = ()
    when: str | None = None
    mimetype: str | None = None


def key(number: str) -> dict[str, str]:
    """A transaction's key."""
    return {**KEY, "number": number}


def question(number: str, **more: Any) -> dict[str, Any]:
    """What a till asks with a scanned card and two lines."""
    asked = {"transaction": key(number), "revision": 1, "channel": "till", "language": "en"}
    return {**asked, "shoppers": [{"scan": "2000123"}], "basket": BASKET, **more}


NOW = "2026-11-21T10:00:00Z"
EMAIL = {"type": "email", "value": "anna.mueller@example.org", "assurance": "verified"}
