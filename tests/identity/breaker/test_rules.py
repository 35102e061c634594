"""A source is measured against itself."""

from hypothesis import given
from hypothesis import strategies as st

from identity.breaker.rules import Counts, Rule, learnt, verdict

RULE = Rule(window_records=100, baseline_records=1000, multiple=5, joins_floor_bp=2000, generics_floor_bp=100)
USUAL = Counts(2000, 200, 2)
amounts = st.floats(0, 1e6)


def test_a_multiple_of_what_used_to_be_is_too_much() -> None:
    """Joins, and values that became generic; what is usual is not."""
    assert verdict(Counts(100, 40, 0), USUAL, RULE) is None
    assert "60 joins in 100 records" in (verdict(Counts(100, 60, 0), USUAL, RULE) or "")
    assert "generic" in (verdict(Counts(100, 10, 2), USUAL, RULE) or "")


def test_a_new_source_has_nothing_held_against_it() -> None:
    """A first load joins as much as it likes."""
    assert verdict(Counts(100, 100, 50), Counts(0, 0, 0), RULE) is None
    assert verdict(Counts(100, 100, 50), Counts(999, 0, 0), RULE) is None


def test_below_the_floor_nobody_is_paused() -> None:
    """A source that never joined may begin to."""
    assert verdict(Counts(100, 20, 1), Counts(5000, 0, 0), RULE) is None
    assert verdict(Counts(100, 21, 1), Counts(5000, 0, 0), RULE) is not None


@given(amounts, amounts, amounts, st.floats(1, 1e6), amounts, amounts)
def test_a_baseline_lies_between_what_was_and_what_is(
    records: float, joins: float, generics: float, new: float, more: float, most: float
) -> None:
    """Learning moves a rate towards the window's and never beyond it."""
    before, window = Counts(records, joins, generics), Counts(new, more, most)
    after = learnt(before, window)
    assert window.records <= after.records <= records + new
    if records > 1:
        rates = sorted((joins / records, more / new))
        assert rates[0] * 0.999999 <= after.joins / after.records <= rates[1] * 1.000001 + 1e-12
