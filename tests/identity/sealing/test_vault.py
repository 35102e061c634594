"""The vault keeps values unreadable, unfindable and in their place."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.sealing.vault import Vault, VaultError, message_digest, open_vault

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
ONE = (b"p" * 32, b"e" * 32)
TWO = (b"q" * 32, b"f" * 32)


def vault(current: int = 1) -> Vault:
    """A vault with one generation of keys, or two."""
    return open_vault(current, {1: ONE, 2: TWO} if current == 2 else {1: ONE})


@given(st.text(), st.text(), st.text(), st.text())
def test_different_parts_never_run_together(kind: str, value: str, other_kind: str, other_value: str) -> None:
    """A digest tells ("ab", "c") from ("a", "bc")."""
    same = (kind, value) == (other_kind, other_value)
    assert (vault().digest(kind, value) == vault().digest(other_kind, other_value)) == same


def test_another_pepper_gives_another_digest() -> None:
    """Whoever lacks the pepper cannot look a value up."""
    assert vault().digest("email", "a@b.at") != open_vault(1, {1: TWO}).digest("email", "a@b.at")


@given(st.binary())
def test_what_was_sealed_opens_in_its_place_only(content: bytes) -> None:
    """An envelope moved to another row stays shut."""
    sealed = vault().seal(content, "record:1")
    assert vault().unseal(sealed, "record:1") == content
    with pytest.raises(VaultError):
        vault().unseal(sealed, "record:2")


def test_an_old_generation_still_opens_after_a_rotation() -> None:
    """After a rotation old envelopes open and digests stay what they were."""
    sealed = vault(1).seal(b"x", "record:1")
    assert vault(2).unseal(sealed, "record:1") == b"x"
    assert vault(2).digest("email", "a@b.at") == vault(1).digest("email", "a@b.at")
    with pytest.raises(VaultError):
        vault(1).unseal(vault(2).seal(b"x", "record:1"), "record:1")


@given(st.binary(max_size=64))
def test_a_damaged_envelope_is_refused(content: bytes) -> None:
    """Damage is an error of its own, never a crash or a wrong value."""
    with pytest.raises(VaultError):
        vault().unseal(content, "record:1")


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_choice_token_holds_until_it_expires(number: int) -> None:
    """A choice comes back as the number it stands for, and only before it expires."""
    token = vault().choice(number, NOW + dt.timedelta(minutes=5))
    assert vault().chosen(token, NOW) == number
    assert vault().chosen(token, NOW + dt.timedelta(minutes=5)) is None


@given(st.text())
def test_a_forged_choice_stands_for_nothing(text: str) -> None:
    """Any text may be sent as a choice."""
    assert vault().chosen(text, NOW) is None


def test_a_message_is_known_by_source_and_id() -> None:
    """The same id from another source is another message."""
    assert message_digest("web", "1") == message_digest("web", "1")
    assert message_digest("web", "1") != message_digest("app", "1")
