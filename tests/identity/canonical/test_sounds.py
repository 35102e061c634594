import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical.sounds import CODE_LENGTH_MAX, code


@pytest.mark.parametrize(
    "spellings",
    [
        ["meyer", "maier", "mayer", "meier", "mair"],
        ["schmidt", "schmitt", "schmid"],
        ["christensen", "kristensen"],
        ["muller", "mueller", "miller"],
        ["steffens", "stephens"],
        ["thomson", "tomson"],
        ["sacher", "sakher"],
        ["phillips", "filips"],
        ["huber", "hubr", "uber"],
        ["knapp", "napp"],
    ],
)
def test_what_sounds_alike_has_one_code(spellings: list[str]) -> None:
    """Spelling variants of a surname count as one name."""
    assert len({code(spelling) for spelling in spellings}) == 1, [code(spelling) for spelling in spellings]


def test_different_surnames_mostly_differ() -> None:
    """Common surnames of a region are told apart."""
    names = (
        "gruber huber wagner bauer pichler steiner moser mayer hofer leitner berger fuchs eder fischer schmid"
        " winkler weber schwarz reiter maurer schneider brunner lang wimmer egger brandstaetter"
    )
    assert len({code(name) for name in names.split()}) >= 25


@given(st.text(max_size=40))
def test_a_code_is_short_and_stable(name: str) -> None:
    """Any text has a code of bounded length; a code of nothing is nothing."""
    assert len(code(name)) <= CODE_LENGTH_MAX
    assert code("") == code("123") == ""
