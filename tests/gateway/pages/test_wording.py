"""The message catalogues."""

import re

import pytest

from gateway.pages import wording

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LANGUAGES = sorted(wording.catalogues("kiosk"))


def test_the_kiosk_speaks_three_languages_at_least() -> None:
    """English, German and French."""
    assert {"en", "de", "fr"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    """A catalogue has the keys of the English one, with the same placeholders, and nothing empty."""
    english = wording.catalogues("kiosk")["en"].messages
    messages = wording.catalogues("kiosk")[language].messages
    assert messages.keys() == english.keys()
    for key, text in messages.items():
        assert text.strip(), key
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keys_on_screen_can_write_an_address(language: str) -> None:
    """Each language's keyboard has all letters and digits and what an e-mail address needs."""
    rows = wording.catalogues("kiosk")[language].messages["keyboard.rows"].split(" ")
    assert set("abcdefghijklmnopqrstuvwxyz0123456789@.-_+") <= set("".join(rows))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("de-AT",), "de"),
        (("fr_CA", "de"), "fr"),
        (("xx", "DE"), "de"),
        ((None, "ja"), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_there_is_wins(wanted: tuple[str | None, ...], expected: str) -> None:
    """Tags are tried in order, by their language alone; English is always there."""
    assert wording.best("kiosk", *wanted).language == expected
