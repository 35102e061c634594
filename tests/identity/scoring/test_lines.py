"""From which weight two records are joined."""

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import numpy as np

from identity.scoring.training import lines
from identity.scoring.training.estimate import Estimate

RECORDS = [16 + place / 10 for place in range(200)]
FRAGMENTS = [0.5, 1.5, 4.0]


def line(bits: list[float], silence: dict[str, float]) -> float:
    """The joining line for candidates of these weights, of so many records that all are pairs."""
    return lines.join_bits(Estimate((), (), silence, 0.1, np.array(bits), 1, None), 2 * len(bits))


def test_pairs_are_joined_from_one_half_on() -> None:
    """And later where a record has several links."""
    assert line(RECORDS, {}) == 0
    assert lines.join_bits(Estimate((), (), {}, 0.1, np.array(RECORDS), 1, None), 100) == 2


def test_fragments_lie_behind_a_gap() -> None:
    """Where silence tells that there are any, and nowhere else."""
    assert line([*RECORDS, *FRAGMENTS, -3.0], {"city": -4.0}) == (4 + 16) / 2
    assert line([*RECORDS, *FRAGMENTS], {}) == 0


@pytest.mark.parametrize(
    "bits",
    [[*RECORDS, 0.5, 5.5, 10.5], [*RECORDS, *FRAGMENTS * 5], RECORDS, [16.0, 40.0], [20.0], []],
    ids=["no gap", "too many beneath", "nothing beneath", "two", "one", "none"],
)
def test_without_a_gap_the_line_stays(bits: list[float]) -> None:
    """Too narrow, above too many, or with nothing beneath it."""
    assert line(bits, {"city": -4.0}) == 0
