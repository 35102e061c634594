"""Signed offers: who may give them, to whom, until when, and what they take off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from o2o_client import rules, signed
from o2o_client.signed import LineRule, SignedOffer, holder_hash
from o2o_client.values import Line

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {"1": KEY.public_key()}
NONCE = bytes(16)
TENTH = SignedOffer(
    offer="tenth.1",
    rule=LineRule("percent", 1000),
    currency="EUR",
    maximum_minor=500,
    expires_at=NOW + timedelta(days=7),
    key_id="1",
    nonce=NONCE,
    store="0042",
)

RULES = st.builds(
    LineRule,
    st.sampled_from(["percent", "unit", "price"]),
    st.integers(0, 10_000),
    st.sampled_from([(), ("A",), ("A", "B")]),
    st.sampled_from([(), ("food",)]),
)
OFFERS = st.lists(
    st.builds(
        lambda number, rule, maximum: replace(TENTH, offer=f"o{number}.1", rule=rule, maximum_minor=maximum),
        st.integers(1, 9),
        RULES,
        st.integers(0, 2_000),
    ),
    max_size=4,
    unique_by=lambda offer: offer.offer,
)
LINES = st.lists(
    st.builds(
        lambda number, amount, sku, quantity: Line(str(number), amount, sku, quantity, "food/cheese"),
        st.integers(1, 99),
        st.integers(0, 10_000),
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["1", "3", "0.482"]),
    ),
    max_size=6,
    unique_by=lambda line: line.line,
)


def test_what_is_signed_is_read_back() -> None:
    """Every part of it, within a QR code's length."""
    offer = replace(TENTH, rule=LineRule("price", 1290, ("SW-1",)), holder=holder_hash(NONCE, "2000123"))
    token = signed.sign(offer, KEY)
    assert len(token) <= signed.LONGEST_TOKEN
    assert signed.read(token, KEYS) == offer


@given(st.integers(0, 400), st.integers(0, 255))
def test_no_changed_byte_passes(at: int, byte: int) -> None:
    """Another amount, another holder, another end: nobody but the gateway can write an offer."""
    token = signed.sign(TENTH, KEY)
    place = at % len(token)
    changed = token[:place] + chr(byte) + token[place + 1 :]
    found = signed.read(changed, KEYS)
    assert found is None or found == TENTH


def test_another_key_proves_nothing() -> None:
    """Neither an unknown id, nor a known id with another key."""
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert signed.read(signed.sign(TENTH, other), KEYS) is None
    assert signed.read(signed.sign(replace(TENTH, key_id="2"), KEY), KEYS) is None
    assert signed.read("", KEYS) is None


def test_an_offer_lives_seven_days_at_most() -> None:
    """One that says that it lives longer was never issued."""
    assert signed.is_live(TENTH, NOW)
    assert not signed.is_live(TENTH, TENTH.expires_at)
    assert not signed.is_live(replace(TENTH, expires_at=NOW + timedelta(days=8)), NOW)


def test_only_the_holder_s_card_matches() -> None:
    """And the same card has another hash in every offer: tokens of one shopper cannot be told to be hers."""
    own = replace(TENTH, holder=holder_hash(NONCE, "2000123"))
    assert own.is_of(" 2000123\n")
    assert not own.is_of("2000124")
    assert not own.is_of("")
    assert holder_hash(b"another", "2000123") != own.holder


@given(OFFERS, LINES)
def test_offline_offers_never_give_too_much(offers: list[SignedOffer], lines: list[Line]) -> None:
    """One offer a line, never more than the line costs or the offer's maximum allows."""
    given_off = rules.give(offers, lines)
    amounts = {line.line: line.amount for line in lines}
    maxima = {offer.offer: offer.maximum_minor for offer in offers}
    assert len({one.line for one in given_off}) == len(given_off)
    for one in given_off:
        assert 0 < one.amount <= amounts[one.line]
        maxima[one.offer] -= one.amount
    assert all(left >= 0 for left in maxima.values())


def test_the_best_offer_of_a_line_is_given() -> None:
    """30 percent of 10.00 beats 2.00 off; of weighed goods the price is per kilogram."""
    percent = replace(TENTH, offer="a.1", rule=LineRule("percent", 3000))
    off = replace(TENTH, offer="b.1", rule=LineRule("unit", 200))
    assert rules.give([off, percent], [Line("1", 1000)])[0].offer == "a.1"
    price = LineRule("price", 1000)
    assert rules.off(price, Line("1", 626, quantity="0.482", unit="kg")) == 626 - 482
