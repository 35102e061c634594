"""Pairing codes as people read and type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pages.kiosk import codes


@given(st.binary(min_size=7, max_size=7))
def test_a_code_is_read_however_it_is_typed(random_bytes: bytes) -> None:
    """Case, spaces and dashes do not matter, and O and I are read as the digits they look like."""
    code = codes.fresh(random_bytes)
    sloppy = code.text.lower().replace("-", " ").replace("0", "o").replace("1", "i")
    assert codes.typed(code.text) == code
    assert codes.typed(f"  {sloppy} ") == code


@pytest.mark.parametrize("text", ["", "ABCDE", "ABCDE-FGHJKL", "ABCDE-FGHJ!", "ÄBCDE-FGHJK", "YYYYY-ZZZZZ"])
def test_what_cannot_be_a_code_is_refused_without_a_look(text: str) -> None:
    """Wrong lengths and foreign letters cost no hash."""
    assert codes.typed(text) is None


def test_a_sealed_secret_opens_with_itself_only() -> None:
    """The stored form is salted, does not hold the secret, and opens with nothing else."""
    sealed = codes.sealed("ABCDEFG")
    assert "ABCDEFG" not in sealed
    assert sealed != codes.sealed("ABCDEFG")
    assert codes.opens(sealed, "ABCDEFG")
    assert not codes.opens(sealed, "ABCDEFH")
    assert not codes.opens("damaged", "ABCDEFG")


def test_a_code_never_shows_its_secret_by_accident() -> None:
    """Printing a code object, as a log might, names the selector only."""
    code = codes.fresh(bytes(range(7)))
    assert code.secret not in repr(code)
