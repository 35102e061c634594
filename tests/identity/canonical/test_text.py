import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical.text import clean, compact, fold

ANY = st.text(max_size=40)


@given(ANY)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean text is left alone."""
    once = clean(text)
    assert clean(once) == once


@given(ANY)
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is compared compares as itself."""
    once = fold(clean(text))
    assert fold(once) == once
    assert fold(once) == fold(clean(once))


@given(ANY)
def test_folded_text_is_words_of_lower_case_ascii(text: str) -> None:
    """Nothing but a-z, 0-9 and single spaces leaves folding."""
    folded = fold(clean(text))
    assert all(
        word.isascii() and word.isalnum() and word == word.lower() for word in folded.split(" ") if word
    )
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Müller-Lüdenscheidt", "muller ludenscheidt"),
        ("O’Brien", "obrien"),
        ("D'Angelo", "dangelo"),
        ("Straße", "strasse"),
        ("ЁЖИКОВ", "ezhikov"),
        ("ﬁnn", "finn"),
        ("J.R.", "j r"),
        ("Ångström", "angstrom"),
    ],
)
def test_spelling_variants_meet(written: str, compared: str) -> None:
    """Accents, ligatures, scripts and punctuation do not keep equal names apart."""
    assert fold(clean(written)) == compared


def test_invisible_characters_are_dropped_and_line_breaks_separate() -> None:
    """Zero-width joiners hide nothing, and a lone surrogate cannot reach the database."""
    assert clean("An\u200bna\n\tHuber\u0000\ud800") == "Anna Huber"


def test_composing_after_an_invisible_character_is_dropped() -> None:
    """An accent behind a zero-width character belongs to the letter before."""
    assert clean("e\u200d\u0301") == "é"


def test_compact_ignores_how_a_number_is_grouped() -> None:
    """Cards are printed in groups and scanned without."""
    assert compact(clean("ab-12 34")) == compact("AB1234") == "AB1234"
