"""One field takes whatever the scanner typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.connectors import scans
from gateway.connectors.scans import Coupon
from gateway.wire.glyphs import token_text

OWN = scans.card_pattern(r"29(?P<card>[0-9]{10})[0-9]")


@pytest.mark.parametrize(
    ("scan", "gtin"),
    [
        ("4006381333931", "04006381333931"),
        ("]E04006381333931", "04006381333931"),
        ("042100005264", "00042100005264"),
        ("04252614", "00042100005264"),
        ("40170725", "00000040170725"),
        ("0109506000134352", "09506000134352"),
        ("]C1010950600013435210ABC\x1d17261231", "09506000134352"),
        ("]d20109506000134352310300048217261231", "09506000134352"),
        ("(01)09506000134352(10)ABC", "09506000134352"),
        ("https://id.gs1.org/01/09506000134352/10/ABC?17=261231", "09506000134352"),
        ("https://shop.example/p/01/09506000134352", "09506000134352"),
        ("4006381333932", None),
        ("SW-1", None),
        ("", None),
        ("9" * 300, None),
    ],
)  # fmt: skip
def test_products_are_found_in_every_spelling(scan: str, gtin: str | None) -> None:
    """EAN and UPC in all lengths, GS1 element strings as typed and as printed, GS1 Digital Link."""
    assert scans.gtin(scan) == gtin


@pytest.mark.parametrize(
    ("scan", "card"),
    [
        ("2912345678905", "1234567890"),
        ("]C02912345678905", "1234567890"),
        ("4006381333931", None),
        ("8018290000000000012345", "290000000000012345"),
        ("x2912345678905", None),
        ("2912345678905\n", "1234567890"),
    ],
)
def test_cards_are_what_the_retailer_says(scan: str, card: str | None) -> None:
    """A pattern of its own; or a card written as a GS1 element string."""
    assert scans.card(scan, OWN) == card


def test_a_pattern_without_a_group_is_the_whole_number() -> None:
    """And without a pattern everything that looks like a number is a card, but not our own QR codes."""
    assert scans.card("2912345678905", scans.card_pattern("29[0-9]{11}")) == "2912345678905"
    assert scans.card("2000123") == "2000123"
    assert scans.card(token_text(bytes(16))) is None


@pytest.mark.parametrize(
    ("scan", "coupon"),
    [
        ("8112001234561234560987654", Coupon("0", "123456", "123456", "987654")),
        ("]C181120112345671234562987654" + "32", Coupon("0", "1234567", "123456", "98765432")),
        ("(8112)001234561234560987654", Coupon("0", "123456", "123456", "987654")),
        ("811200123456123456098765", None),
        ("81120912345612345609876541111", None),
        ("8112", None),
        ("4006381333931", None),
    ],
)
def test_coupons_of_the_positive_offer_file(scan: str, coupon: Coupon | None) -> None:
    """AI (8112): funder, offer and serial number have lengths of their own; a damaged one is none."""
    assert scans.coupon(scan) == coupon


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("8112001234561234560987654", "8112:123456:123456:987654"),
        ("(8112)001234561234560987654", "8112:123456:123456:987654"),
        ("]C18112001234561234560987654", "8112:123456:123456:987654"),
        ("8112:123456:123456:987654", "8112:123456:123456:987654"),
        ("SUN-8112", "SUN-8112"),
        ("summer", "summer"),
    ],
)
def test_a_coupon_is_a_code_in_one_spelling(typed: str, code: str) -> None:
    """As it is printed, typed and scanned; other codes stay as they are."""
    assert scans.code(typed) == code


@given(st.text(max_size=60) | st.from_regex(r"[()\]0-9\x1d]{0,60}", fullmatch=True))
def test_nothing_that_is_typed_hurts(scan: str) -> None:
    """Whatever comes, there is an answer."""
    scans.card(scan, OWN)
    scans.gtin(scan)
    scans.coupon(scan)
