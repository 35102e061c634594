"""A level says the same in Python and in SQL, whichever side is left, for any text."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.canonical import keys
from identity.model import Assurance, Canonical, Identifier, Record, RecordKey
from identity.scoring import catalogue, columns, pool, views
from identity.scoring.pool import Name, Pool
from tests.identity.shoppers import POLICY

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import duckdb
import numpy as np

from identity.scoring import similarity
from identity.scoring.training import fit, levels

WORDS = st.sampled_from(
    ["anna", "ana", "anna maria", "bob", "robert", "julia", "julian", "a", "o", "meyer", "maier", "x" * 200]
) | st.sampled_from(["paula", "pauline", "ahmed", "hmd", "kayleen", "keelyn"])
COMPANIES = st.sampled_from(["huber", "huber gmbh", "huber moebel", "moebel huber gmbh", "gmbh"])
COMPANY = st.none() | COMPANIES | WORDS
WORD = WORDS | st.text("abcm ", min_size=1, max_size=9).map(lambda text: " ".join(text.split())).filter(bool)
MAYBE = st.none() | WORD
BIRTHS = st.none() | st.dates(date(1980, 1, 1), date(1981, 12, 31))
NUMBERS = st.text("12", min_size=6, max_size=8)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """What a record says, in values that are often alike."""
    said = Canonical(
        given_name=draw(MAYBE),
        middle_name=draw(MAYBE),
        family_name=draw(MAYBE),
        organisation_name=draw(COMPANY),
        record_type=draw(st.sampled_from([None, "person", "organisation"])),
        date_of_birth=draw(BIRTHS),
        sex=draw(st.sampled_from([None, "f", "m"])),
        street=draw(MAYBE),
        street_number=draw(st.none() | st.text("12", min_size=1, max_size=3)),
        city=draw(MAYBE),
        region=draw(st.sampled_from([None, "tirol", "wien"])),
        postcode=draw(st.none() | st.text("12", min_size=3, max_size=4)),
        extra=draw(st.sampled_from([(), (("x_place", "wien"),), (("x_place", "graz"),)])),
    )
    shown = []
    if draw(st.booleans()):
        shown.append(Identifier("national_id", draw(NUMBERS), Assurance.TYPED))
    if draw(st.booleans()):
        shown.append(Identifier("phone", f"+1{draw(NUMBERS)}", Assurance.TYPED))
    if draw(st.booleans()):
        local = draw(st.text("abc12+", min_size=1, max_size=8))
        shown.append(Identifier("email", f"{local}@example.com", Assurance.TYPED))
    record = Record(RecordKey("web", "1"), "online", said, tuple(shown))
    return pool.of(record, frozenset(keys.identifier_keys(record, POLICY)), POLICY)


@settings(max_examples=25, deadline=None)
@given(st.lists(pools(), min_size=2, max_size=12))
def test_python_and_sql_agree(some: list[Pool]) -> None:
    """On every comparison, in both directions."""
    held = fit.cards(some)
    found = levels.between(held.table, _all_pairs(len(some)), held.comparisons)
    for row, (left, right) in zip(found, _all_pairs(len(some)), strict=True):
        for place, comparison in enumerate(held.comparisons):
            expected = _level(comparison.name, some[left], some[right])
            assert row[place] == (levels.ABSENT if expected is None else expected), comparison.name


LETTERS = st.text("ab1", max_size=7)


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS)
def test_one_edit_apart_is_also_loosely_so(left: str, right: str) -> None:
    """What leaves pairs out before they are compared leaves none out that is one edit apart."""
    condition = similarity.edits_sql("word", 1)
    loose = similarity.loosened(condition)
    assert loose != condition
    found = duckdb.execute(f"SELECT {loose} FROM (SELECT ? AS word_l, ? AS word_r)", [left, right]).fetchall()
    assert found[0][0] or similarity.edits(left, right) > 1


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS)
def test_haste_changes_no_answer(left: str, right: str) -> None:
    """A condition that counts edits more seldom holds where it held."""
    condition = similarity.is_typo_sql("word", 0.92)
    quick = similarity.hastened(condition)
    assert quick != condition
    found = duckdb.execute(
        f"SELECT {condition}, {quick} FROM (SELECT ? AS word_l, ? AS word_r)", [left, right]
    ).fetchall()[0]
    assert found[0] == found[1] == similarity.is_typo(left, right, 0.92)


NAMES = st.lists(st.sampled_from(("anna", "maria", "a", "vega")), max_size=3).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(NAMES, NAMES)
def test_names_that_share_a_word_also_loosely_do(left: str, right: str) -> None:
    """Though their words are not looked at."""
    pair = [views.name(Name(called, "", called, "", "")) for called in (left, right)]
    for kind in ("given", "family"):
        loose = similarity.loosened(f"list_has_any({kind}_words_l, {kind}_words_r)")
        assert "words" not in loose
        found = duckdb.execute(
            f"SELECT {loose} FROM (SELECT ? AS {kind}_name_l, ? AS {kind}_name_r)", [left, right]
        ).fetchall()
        shared = getattr(pair[0], f"{kind}_words") & getattr(pair[1], f"{kind}_words")
        assert found[0][0] or not shared


def test_words_that_resemble_each_other_only_a_little_are_not_even_loosely_one_edit_apart() -> None:
    """Else nothing would be gained."""
    loose = similarity.loosened(similarity.edits_sql("word", 1))
    pairs = [("anna", "hans"), ("+436601234567", "+436607654321"), ("anna", "annabell"), ("abcde", "bcdefg")]
    found = [
        duckdb.execute(f"SELECT {loose} FROM (SELECT ? AS word_l, ? AS word_r)", pair).fetchall()[0][0]
        for pair in pairs
    ]
    assert found == [False] * len(pairs)


def test_every_column_that_a_condition_names_is_given() -> None:
    """Else scoring in bulk would miss what online has."""
    record = Record(
        RecordKey("web", "1"),
        "online",
        Canonical(
            given_name="anna",
            middle_name="m",
            family_name="huber",
            organisation_name="maier gmbh",
            date_of_birth=date(1980, 2, 3),
            sex="f",
            street="am ring",
            street_number="1",
            city="wien",
            region="wien",
            postcode="1010",
        ),
        tuple(
            Identifier(kind, value, Assurance.TYPED)
            for kind, value in (
                ("email", "a@example.com"),
                ("phone", "+43664123"),
                *((kind, "12345") for kind in catalogue.NUMBERS),
            )
        ),
    )
    organisation = Record(RecordKey("web", "2"), "online", Canonical(organisation_name="huber gmbh"))
    given_columns: set[str] = set()
    for each in (record, organisation):
        given_columns |= columns.row(
            pool.of(each, frozenset(keys.identifier_keys(each, POLICY)), POLICY)
        ).keys()
    for comparison in catalogue.KNOWN.values():
        assert columns.named_in(comparison) <= given_columns


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Canonical(region="tirol", city="hall", postcode="6060"), 0),
        (Canonical(region="wien", city="hall", postcode="6060"), 1),
        (Canonical(region="tirol", city="wattens", postcode="6060"), None),
        (Canonical(region="tirol", city="wattens", postcode="6112"), None),
        (Canonical(region="wien", city="wattens"), None),
        (Canonical(city="hall"), None),
    ],
    ids=["elsewhere in it", "in another", "at home", "one city", "wherever that is", "unsaid"],
)
def test_a_region_says_nothing_where_city_or_postcode_say_it(other: Canonical, expected: int | None) -> None:
    """Who lives in one city lives in one region: that is no evidence of its own."""
    said = (Canonical(region="tirol", city="wattens", postcode="6112"), other)
    left, right = (
        pool.of(Record(RecordKey("web", key), "online", each, ()), frozenset(), POLICY)
        for key, each in zip("12", said, strict=True)
    )
    assert _level("region", left, right) == expected


def _level(name: str, left: Pool, right: Pool) -> int | None:
    comparison = catalogue.comparison(name)
    said = (list(comparison.views(left)), list(comparison.views(right)))
    if not all(said):
        return None
    one, other = said[0][0], said[1][0]
    level = comparison.level(one, other)
    assert level == comparison.level(other, one)
    return level


def _all_pairs(count: int) -> Any:
    return np.array([(a, b) for a in range(count) for b in range(count) if a != b], dtype=np.int64)
