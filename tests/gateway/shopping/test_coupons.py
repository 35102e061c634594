"""Coupons in GS1's AI (8112): honoured where a campaign has them for a code, refused with a reason else."""

from collections.abc import Callable
from typing import Any

from gateway.access.security import Scope
from gateway.wiring import Services
from tests.gateway.conftest import Caller
from tests.gateway.connectors import story

CAMPAIGN = """
campaign: paper
name: Two off with the maker's coupon
reach: code
trigger: always
scope: {products: [MUG-1]}
reward: {amount: 2.00 EUR}
funding: vendor
messages: {all: {en: {title: "Coupon", receipt: "Coupon", neutral: "Coupon"}}}
"""
FRAME = "8112001234561234560987654"
ANOTHER = "8112001234561234560987655"


def _ask(till: Caller, number: str, code: str, mode: str = "quote") -> Any:
    answer = till(
        "POST",
        "/v1/offers/query",
        {
            "transaction": {"store": "0042", "terminal": "7", "business_day": "2026-11-21", "number": number},
            "revision": 1,
            "mode": mode,
            "channel": "till",
            "language": "en",
            "basket": {
                "currency": "EUR",
                "complete": True,
                "lines": [{"line": "1", "sku": "MUG-1", "quantity": "1", "amount": 995}],
            },
            "codes": [{"code": code, "entry": "scanned"}],
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def _given(answer: Any) -> list[int]:
    return [effect["amount"] for effect in answer["effects"]]


def test_a_coupon_is_honoured_once_and_another_says_why_not(
    services: Services, call: Callable[..., Caller]
) -> None:
    """However its frame is typed; it is told back as it was typed."""
    back = call(Scope.ADMIN, Scope.CAMPAIGN)
    till = call(Scope.QUERY, Scope.REDEEM, source="pos", stores=("0042",))
    story.set_the_stage(services, back)
    yaml = {"Content-Type": "application/yaml"}
    put = back("PUT", "/v1/campaigns/paper", data=CAMPAIGN, headers=yaml)
    assert put.status_code == 200, put.text
    assert back("POST", "/v1/campaigns/paper/activate", {}).status_code == 200
    made = back("POST", "/v1/codes", {"campaign": "paper", "word": FRAME, "uses": 1})
    assert made.status_code == 201, made.text
    for number, typed in enumerate((FRAME, f"]C1{FRAME}", "(8112)" + FRAME[4:])):
        assert _given(_ask(till, f"q{number}", typed)) == [200]
    refused = _ask(till, "q9", ANOTHER)
    assert _given(refused) == []
    assert [(one["code"], one["reason"]) for one in refused["refused"]] == [(ANOTHER, "unknown_code")]
    assert _given(_ask(till, "r1", FRAME, "reserve")) == [200]
    again = _ask(till, "r2", FRAME, "reserve")
    assert _given(again) == []
    assert [one["code"] for one in again["refused"] if "code" in one] == [FRAME]
