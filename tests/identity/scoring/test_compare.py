from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import given_names
from identity.scoring import compare
from identity.scoring.compare import Level
from identity.scoring.pool import Name

WORD = st.sampled_from(
    [
        "",
        "a",
        "anna",
        "anne",
        "hans peter",
        "peter",
        "bob",
        "robert",
        "huber",
        "hubr",
        "huber maier",
        "jo",
        "e mma",
    ]
) | st.text(alphabet="abcde ", max_size=8).map(lambda text: " ".join(text.split()))
NAME = st.builds(Name, WORD, WORD, WORD, st.just("") | WORD, st.just("") | WORD)


def name(written: str) -> Name:
    """`given family`, `given middle family`, or a part as `-` when it is not known."""
    given_name, *middle, family = written.split()
    return Name(given_name.strip("-"), " ".join(middle), family.strip("-").replace("_", " "), "", "")


@given(NAME, NAME)
def test_comparing_names_is_symmetric(left: Name, right: Name) -> None:
    """Level and score do not depend on which side is left."""
    for how in (compare.given_names_of, compare.family_names_of, compare.names):
        there, back = how(left, right), how(right, left)
        assert (there.level, there.score, there.values) == (back.level, back.score, back.values)


@given(NAME)
def test_a_name_never_differs_from_itself(one: Name) -> None:
    """Whatever a name looks like."""
    for how in (compare.given_names_of, compare.family_names_of, compare.names):
        assert not how(one, one).differs


@given(st.dates(), st.dates())
def test_comparing_dates_is_symmetric(left: date, right: date) -> None:
    """Level and score do not depend on which side is left."""
    there, back = compare.births(left, right), compare.births(right, left)
    assert (there.level, there.score) == (back.level, back.score)


@given(st.text(max_size=9), st.text(max_size=9))
def test_comparing_texts_is_symmetric(left: str, right: str) -> None:
    """Level and score do not depend on which side is left."""
    for how in (compare.numbers, compare.texts):
        there, back = how("city", left, right), how("city", right, left)
        assert (there.level, there.score) == (back.level, back.score)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("anna huber", "anna huber", Level.SAME),
        ("bob huber", "robert huber", Level.RELATED),
        ("robert huber", "bob huber", Level.RELATED),
        ("hans huber", "johann huber", Level.RELATED),
        ("a huber", "anna huber", Level.INITIAL),
        ("b huber", "anna huber", Level.UNSURE),
        ("huber anna", "anna huber", Level.CLOSE),
        ("jullia huber", "julia huber", Level.CLOSE),
        ("julian huber", "julia huber", Level.UNSURE),
        ("anna huber", "bernd huber", Level.DIFFERENT),
        ("andreas huber", "anna huber", Level.DIFFERENT),
        ("maria anna huber", "anna huber", Level.CLOSE),
        ("chr huber", "christoph huber", Level.CLOSE),
        ("- huber", "anna huber", Level.UNSURE),
        ("liam huber", "lima huber", Level.CLOSE),
        ("paula huber", "paulette huber", Level.DIFFERENT),
        ("aylin huber", "eileen huber", Level.DIFFERENT),
        ("kayleen huber", "keelyn huber", Level.UNSURE),
        ("hmd huber", "ahmed huber", Level.UNSURE),
    ],
)
def test_given_names(left: str, right: str, level: Level) -> None:
    """Nicknames, initials, swaps, middle names, typing errors, and names that only look alike."""
    assert compare.given_names_of(name(left), name(right)).level is level


def test_double_given_names() -> None:
    """Hans Peter may be called Peter, but Hans Georg is perhaps his brother."""

    def double(left: str, right: str) -> Level:
        return compare.given_names_of(Name(left, "", "h", "", ""), Name(right, "", "h", "", "")).level

    assert double("hans peter", "peter") is Level.CLOSE
    assert double("hans peter", "peter hans") is Level.SAME
    assert double("hans peter", "hanspeter") is Level.SAME
    assert double("e mma", "emma") is Level.SAME
    assert double("hans peter", "hans georg") is Level.UNSURE
    assert double("anna maria", "bernd georg") is Level.DIFFERENT


def test_half_a_swapped_name_does_not_differ() -> None:
    """A surname in the given name's place beside nothing is a slip, not another person."""
    assert compare.given_names_of(name("huber -"), name("anna huber")).level is Level.UNSURE


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("huber klara", "anna huber", Level.DIFFERENT),
        ("maier anna", "anna huber", Level.UNSURE),
        ("huber huber", "anna huber", Level.UNSURE),
    ],
    ids=["two of a family", "one who married", "the family name twice"],
)
def test_two_of_a_family_in_two_orders_differ(left: str, right: str, level: Level) -> None:
    """A family name in the given name's place excuses no other given name beside it."""
    assert compare.given_names_of(name(left), name(right)).level is level
    assert compare.given_names_of(name(right), name(left)).level is level


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        ("anna huber", "anna huber", True),
        ("a huber", "anna huber", True),
        ("anna hubr", "anna huber", True),
        ("anna huber_maier", "anna huber", True),
        ("anna van_der_berg", "anna vanderberg", True),
        ("anna meier", "anna mayer", True),
        ("karl schmidt", "karl schmitt", True),
        ("huber anna", "anna huber", True),
        ("- huber", "anna huber", True),
        ("anna -", "anna huber", True),
        ("a -", "anna huber", False),
        ("anna maier", "anna huber", False),
        ("bernd huber", "anna huber", False),
    ],
)
def test_whole_names_agree(left: str, right: str, agree: bool) -> None:
    """When nothing speaks against it and one full part agrees."""
    assert compare.names(name(left), name(right)).agrees is agree


def test_a_single_word_may_be_either_part() -> None:
    """A cashier who types one word leaves open which."""
    huber = Name("", "", "", "huber", "")
    assert compare.names(huber, name("anna huber")).agrees
    assert compare.names(huber, name("huber maier")).agrees
    assert not compare.names(huber, name("anna maier")).agrees


def test_an_organisation_is_no_person() -> None:
    """Huber Ltd. is not Ms. Huber."""
    firm = Name("", "", "", "", "huber ltd")
    assert compare.names(firm, firm).level is Level.SAME
    assert not compare.names(firm, name("anna huber")).agrees


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (date(1980, 2, 1), date(1980, 2, 1), Level.SAME),
        (date(1980, 2, 1), date(1980, 1, 2), Level.CLOSE),
        (date(1980, 2, 1), date(1908, 2, 1), Level.CLOSE),
        (date(1980, 2, 1), date(1981, 2, 1), Level.CLOSE),
        (date(1980, 1, 1), date(1980, 9, 23), Level.UNSURE),
        (date(1980, 1, 1), date(1979, 9, 23), Level.DIFFERENT),
        (date(1980, 2, 1), date(1955, 9, 23), Level.DIFFERENT),
    ],
)
def test_dates_of_birth(left: date, right: date, level: Level) -> None:
    """Typing errors, day and month exchanged, and the first of January for an unknown day."""
    assert compare.births(left, right).level is level


def test_numbers_for_life_allow_one_typing_error() -> None:
    """One letter, or two neighbours swapped."""
    assert compare.numbers("national_id", "1234567", "1234576").agrees
    assert compare.numbers("national_id", "1234567", "123456").agrees
    assert compare.numbers("national_id", "1234567", "1324576").differs


def test_the_score_is_never_cut_off() -> None:
    """Rapidfuzz rounds a score near its cutoff down to nothing; near a threshold that would decide."""
    assert 0 < compare.similarity("abcdefgh", "hgfedcba") < compare.UNLIKE_SCORE


def test_sentences_are_for_people_and_hold_no_values() -> None:
    """The values stand beside the sentence, in an order of their own."""
    comparison = compare.given_names_of(name("anna huber"), name("bernd huber"))
    assert comparison.sentence == "The given names clearly differ."
    assert comparison.values == ("anna", "bernd")
    assert compare.births(date(1980, 2, 1), date(1980, 1, 2)).sentence.startswith(
        "The dates of birth differ by"
    )
    assert "not known on both sides" in compare.given_names_of(name("- huber"), name("anna huber")).sentence


def test_nicknames_are_looked_up_both_ways() -> None:
    """A table that knows Bob of Robert knows Robert of Bob."""
    for one, others in given_names._relatives().items():
        assert all(given_names.are_related(other, one) for other in others)
        assert not given_names.are_two_names(one, one)
