"""An offer's QR code from the kiosk to the till: asked over HTTP, with real redemptions."""

from collections.abc import Callable
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from gateway.access.security import Scope
from gateway.pages.kiosk import pairing
from gateway.pages.kiosk.answers import Presented, answer
from gateway.pages.kiosk.store import Device
from gateway.wire.problems import Problem
from gateway.wiring import Services
from identity.model import Assurance
from identity.reading import lookup
from identity.rights import consent
from identity.submission import Claim, Statement
from tests.gateway.conftest import Caller, Clock
from tests.gateway.pages import world
from tests.gateway.pages.qr_reader import read

Call = Callable[..., Caller]


@pytest.fixture
def device(peopled: Services, new_code: str) -> Device:
    """A paired kiosk."""
    with peopled.database.transaction() as connection:
        paired = pairing.pair(connection, new_code, device_id=uuid7(), now=peopled.clock())
    assert isinstance(paired, pairing.Paired)
    return paired.device


@pytest.fixture
def till(peopled: Services, call: Call) -> Caller:
    """A till in the store."""
    return call(Scope.QUERY, Scope.REDEEM, stores=("0042",))


def shown(held: Services, device: Device, value: str) -> dict[str, Any]:
    """What the kiosk answers to a scan."""
    return answer(held, device, Presented(entry="scanned", value=value, language="en"))


def code_of(held: Services, device: Device, card: str = world.ADA) -> str:
    """The code of the first offer that the kiosk shows for a card."""
    return read(shown(held, device, card)["offers"][0]["qr"]["path"])


def receipt(number: str) -> dict[str, str]:
    """The natural key of a transaction."""
    return {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": number}


def question(number: str, scan: str, *skus: str, **more: Any) -> dict[str, Any]:
    """A till's query with one unit of each product in the basket."""
    prices = {article.sku: article.price_minor for article in (world.SWEATER, world.SHOES, world.ESPRESSO)}
    return {
        "transaction": receipt(number),
        "revision": 1,
        "channel": "till",
        "language": "en",
        "shoppers": [{"scan": scan}],
        "basket": {
            "currency": "EUR",
            "lines": [
                {"line": str(place), "sku": sku, "quantity": "1", "amount": prices[sku]}
                for place, sku in enumerate(skus, start=1)
            ],
        },
        **more,
    }


def personal(answered: dict[str, Any]) -> list[tuple[str, int]]:
    """Which lines the personal campaign touches, and by how much."""
    return [
        (effect["line"], effect["amount"])
        for effect in answered["effects"]
        if effect["campaign"] == "left-in-your-cart"
    ]


def test_a_code_from_the_kiosk_gives_its_offer_at_the_till(
    peopled: Services, device: Device, till: Caller
) -> None:
    """The price of the screen on exactly that line, to nobody by name."""
    code = code_of(peopled, device)
    answered = till("POST", "/v1/offers/query", question("1", code, "ESPRESSO-1KG", "SWEATER-M")).get_json()
    assert personal(answered) == [("2", 1598)]
    assert answered["shoppers"] == [{"status": "known", "tier": None, "greeting": None, "choices": []}]


def test_a_code_gives_that_one_offer_only(peopled: Services, device: Device, till: Caller) -> None:
    """Dora wants three things; whoever holds the code of one learns nothing of the others."""
    first = shown(peopled, device, world.DORA)["offers"][0]
    assert first["title"] == world.SHOES.title
    code = read(first["qr"]["path"])
    answered = till("POST", "/v1/offers/query", question("1", code, "SWEATER-M", "SHOES-42")).get_json()
    assert personal(answered) == [("2", 2580)]
    assert "SWEATER" not in str(answered["offers"])
    assert "BOTTLE" not in str(answered)


def test_a_code_is_used_once(peopled: Services, device: Device, till: Caller, clock: Clock) -> None:
    """Reserved and committed by one transaction, it is used for the next till and for the kiosk."""
    code = code_of(peopled, device)
    held = till("POST", "/v1/offers/query", question("1", code, "SWEATER-M", mode="reserve")).get_json()
    redemption = held["redemption"]["id"]
    paid = till(
        "POST",
        f"/v1/redemptions/{redemption}/commit",
        {
            "transaction": receipt("1"),
            "occurred_at": "2026-11-21T10:05:00Z",
        },
    )
    assert paid.status_code == 200, paid.get_json()
    clock.forward(hours=1)
    again = till("POST", "/v1/offers/query", question("2", code, "SWEATER-M")).get_json()
    assert personal(again) == []
    assert again["shoppers"][0]["status"] == "unknown"
    assert {"code": code, "reason": "used", "hint": None} in again["refused"]
    assert shown(peopled, device, code) == {"answer": "spent", "degraded": False, "offers": []}


def test_a_voided_sale_gives_the_code_back(
    peopled: Services, device: Device, till: Caller, clock: Clock
) -> None:
    """The shopper changed her mind at one till and pays at another."""
    code = code_of(peopled, device)
    held = till("POST", "/v1/offers/query", question("1", code, "SWEATER-M", mode="reserve")).get_json()
    redemption = held["redemption"]["id"]
    void = {"transaction": receipt("1"), "occurred_at": "2026-11-21T10:05:00Z", "reason": "left"}
    assert till("POST", f"/v1/redemptions/{redemption}/void", void).status_code == 200
    clock.forward(hours=1)
    again = till("POST", "/v1/offers/query", question("2", code, "SWEATER-M")).get_json()
    assert personal(again) == [("1", 1598)]


def test_a_rehearsal_uses_nothing(peopled: Services, device: Device, till: Caller) -> None:
    """Training and dry runs show the offer and leave the code to whoever really buys."""
    code = code_of(peopled, device)
    for rehearsal in ({"dry_run": True}, {"training": True}):
        tried = till("POST", "/v1/offers/query", question("1", code, "SWEATER-M", **rehearsal)).get_json()
        assert personal(tried) == [("1", 1598)]
    real = till("POST", "/v1/offers/query", question("2", code, "SWEATER-M")).get_json()
    assert personal(real) == [("1", 1598)]


def test_a_withdrawn_consent_reaches_the_photograph(
    peopled: Services, device: Device, till: Caller, clock: Clock
) -> None:
    """The code is the profile's: what may no longer be shown for the card is not shown for the code."""
    code = code_of(peopled, device)
    with peopled.database.transaction() as connection:
        card = [Claim("loyalty_card", world.ADA, Assurance.SCANNED)]
        found = lookup.find(connection, peopled.identity, card, now=clock.now)
        assert found.profile is not None
        consent.declare(
            connection,
            peopled.identity,
            found.profile,
            [Statement("personal_offers", granted=False, at=clock.now, evidence="form")],
            proof=Assurance.AUTHENTICATED,
            now=clock.now,
        )
    assert shown(peopled, device, code)["answer"] == "expired"
    answered = till("POST", "/v1/offers/query", question("1", code, "SWEATER-M")).get_json()
    assert personal(answered) == []


def test_a_kiosk_that_guesses_is_slowed_down(peopled: Services, device: Device) -> None:
    """Cards that nobody has count against the kiosk, until it is asked to wait."""
    codes = [f"29{number:011d}" for number in range(1_000)]
    with pytest.raises(Problem, match="unknown identifiers"):
        all(shown(peopled, device, code) for code in codes)
