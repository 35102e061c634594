"""Which given names may be one person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import given_names

NAME = st.sampled_from(
    ["paula", "pauline", "paulette", "gabi", "gaby", "gabriele", "mohd", "mohammed"]
) | st.text("abei", max_size=7)


@given(NAME, NAME)
def test_names_are_looked_up_both_ways(left: str, right: str) -> None:
    """Whichever name stands first."""
    for asked in (given_names.are_related, given_names.are_two_names, given_names.are_sisters):
        assert asked(left, right) == asked(right, left)


@pytest.mark.parametrize(
    ("short", "formal"),
    [
        ("gabi", "gabriele"),
        ("gaby", "gabriele"),
        ("babsie", "barbara"),
        ("mohd", "mohammed"),
        ("mhd", "mohamed"),
    ],
)
def test_a_short_form_may_be_spelled_otherwise(short: str, formal: str) -> None:
    """The last sound of a short form is anybody's guess; what is left of a name on a form is none."""
    assert given_names.are_related(short, formal)


@pytest.mark.parametrize("written", ["gaby", "babsie"])
def test_a_spelling_is_no_name_that_is_listed(written: str) -> None:
    """It tells not that a name near it is another one."""
    assert not given_names.is_known(written)


@pytest.mark.parametrize(
    ("left", "right", "are_sisters"),
    [
        ("paula", "pauline", True),
        ("pauline", "paulette", True),
        ("anna", "annabelle", True),
        ("paulina", "pauline", False),
        ("annabella", "annabelle", False),
        ("paula", "paul", False),
        ("paula", "laura", False),
        ("ina", "ella", False),
    ],
)
def test_names_of_one_stem_are_sisters(left: str, right: str, are_sisters: bool) -> None:
    """Another ending is another name; another spelling of it is not, nor are endings without a stem."""
    assert given_names.are_sisters(left, right) is are_sisters
