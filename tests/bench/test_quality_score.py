"""Clusters against a truth, counted in pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality_score import exact, score, score_by_label

CLUSTERS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12)


def test_pairs_are_counted_not_records() -> None:
    """Of three records of one person two were joined, and one with a stranger."""
    found = {"a": 1, "b": 1, "c": 2, "d": 2}
    truth = {"a": 1, "b": 1, "c": 1, "d": 9}
    assert score(found, truth).precision == pytest.approx(1 / 2)
    assert score(found, truth).recall == pytest.approx(1 / 3)
    assert score(found, truth).f1 == pytest.approx(2 / 5)
    assert exact(found, truth) == 0
    assert exact({"a": 1, "b": 1, "c": 1, "d": 2}, truth) == 2


@given(CLUSTERS)
def test_the_truth_scores_full_marks(pairs: list[tuple[int, int]]) -> None:
    """And what is found scored by the truth is the truth scored by what is found, turned round."""
    found = {str(place): one for place, (one, _) in enumerate(pairs)}
    truth = {str(place): other for place, (_, other) in enumerate(pairs)}
    assert score(truth, truth).f1 == 1.0
    there, back = score(found, truth), score(truth, found)
    assert (there.precision, there.recall) == (back.recall, back.precision)


def test_a_label_counts_the_pairs_that_it_touches() -> None:
    """Of four records of one person two carry the label: five of the six pairs are about it."""
    truth = {"a": 1, "b": 1, "c": 1, "d": 1, "e": 2}
    found = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 1}
    labelled = score_by_label(found, truth, {"a": ["twins", "moved"], "b": ["twins"]})
    assert labelled["twins"].recall == pytest.approx(1 / 5)
    assert labelled["twins"].precision == pytest.approx(1 / 3)
    assert labelled["moved"].recall == pytest.approx(1 / 3)


@given(CLUSTERS)
def test_a_label_on_every_record_is_no_label(pairs: list[tuple[int, int]]) -> None:
    """Then its pairs are all pairs."""
    found = {str(place): one for place, (one, _) in enumerate(pairs)}
    truth = {str(place): other for place, (_, other) in enumerate(pairs)}
    labelled = score_by_label(found, truth, {record: ["all", "all"] for record in truth})
    assert labelled == ({"all": score(found, truth)} if pairs else {})
