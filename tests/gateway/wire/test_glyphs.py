"""The text form of offer tokens and pairing codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.glyphs import ALPHABET, token_bytes, token_text


@given(st.binary(min_size=16, max_size=16))
def test_a_scanned_token_gives_back_its_bits(token: bytes) -> None:
    """What the QR code carries is the token, all 128 bits of it, in capitals only."""
    text = token_text(token)
    assert len(text) == 29
    assert text == text.upper()
    assert token_bytes(text) == token
    assert token_bytes(f" {text.lower()}\r") == token


@given(st.binary(min_size=16, max_size=16))
def test_a_keyboard_of_another_country_changes_nothing(token: bytes) -> None:
    """A scanner that types as if on a German keyboard swaps Y and Z; a token has neither."""
    swapped = token_text(token).translate(str.maketrans("YZyz", "ZYzy"))
    assert token_bytes(swapped) == token


@pytest.mark.parametrize(
    "text",
    ["", "O2T", "2900000123456", "O2T" + "I" * 26, "O2T" + "X" * 26, "O2T" + "0" * 25, "O2X" + "0" * 26],
)
def test_what_is_no_token_is_left_to_others(text: str) -> None:
    """Cards, products, wrong letters and wrong lengths are no tokens, nor are more than 128 bits."""
    assert token_bytes(text) is None


def test_the_alphabet_has_five_bits() -> None:
    """Thirty-two different glyphs, none that people or keyboards mix up."""
    assert len(set(ALPHABET)) == 32
    assert not set("IOYZ") & set(ALPHABET)


def test_a_token_of_another_length_is_refused() -> None:
    """Fewer than 128 bits could be guessed, so none are written."""
    with pytest.raises(ValueError, match="16 bytes"):
        token_text(b"short")
