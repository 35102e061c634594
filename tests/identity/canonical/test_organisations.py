"""Names of organisations in the words that tell them apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import organisations
from identity.canonical.attributes import canonical_form
from identity.policy import load

POLICY = load()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("huber moebel gmbh", {"huber", "moebel"}),
        ("the huber company ltd", {"huber"}),
        ("ag", {"ag"}),
        ("huber", {"huber"}),
    ],
)
def test_a_legal_form_is_no_word_of_a_name(name: str, words: set[str]) -> None:
    """Unless there is nothing else."""
    assert organisations.words(name) == words


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Huber (Filiale Linz)", "huber"),
        ("Huber (in Liqu.) GmbH", "huber gmbh"),
        ("(Huber)", "huber"),
        ("Huber (Linz", "huber linz"),
    ],
)
def test_what_stands_in_brackets_is_not_compared(written: str, name: str) -> None:
    """A branch or a state of affairs; brackets around everything, or half of them, hold the name."""
    found, _ = canonical_form({"organisation_name": written}, date_order="ymd", policy=POLICY)
    assert found.organisation_name == name


@given(st.text("ab() ", max_size=20))
def test_taking_brackets_away_twice_changes_nothing(written: str) -> None:
    """What is left, as written and as compared, is its own canonical form."""
    once, _ = canonical_form({"organisation_name": written}, date_order="ymd", policy=POLICY)
    again, _ = canonical_form(once.as_written(), date_order="ymd", policy=POLICY)
    assert again == once
