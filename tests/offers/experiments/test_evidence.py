"""The arithmetic of evidence, against published figures and by its laws."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.experiments.evidence import Arm, Spend, chance_of_sizes, more_buyers, more_spend, rate


def arm(name: str, share_bp: int, persons: int, buyers: int = 0, spend: tuple[Spend, ...] = ()) -> Arm:
    """An arm in which nobody used the campaign."""
    return Arm(name=name, share_bp=share_bp, persons=persons, buyers=buyers, users=0, spend=spend)


def euros(*paid: int) -> tuple[Spend, ...]:
    """What persons paid, one figure each."""
    return (
        Spend(currency="EUR", paid_minor=sum(paid), squares=sum(one * one for one in paid), discount_minor=0),
    )


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_rate_has_the_bounds_that_newcombe_printed(count: int, of: int, low: float, high: float) -> None:
    """Statistics in Medicine 17 (1998), 857 to 872, table I, method 3."""
    found = rate(count, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("ours", "theirs", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_a_difference_has_the_bounds_that_newcombe_printed(
    ours: tuple[int, int], theirs: tuple[int, int], low: float, high: float
) -> None:
    """Statistics in Medicine 17 (1998), 873 to 890, table II, method 10."""
    found = more_buyers(arm("main", 5000, ours[1], ours[0]), arm("holdout", 5000, theirs[1], theirs[0]))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_intervals_hold_their_value_and_swapping_arms_turns_the_sign(a: int, n: int, b: int, m: int) -> None:
    """Whatever the sizes, also nobody and everybody."""
    one, other = arm("x", 5000, n, min(a, n)), arm("y", 5000, m, min(b, m))
    found, turned = more_buyers(one, other), more_buyers(other, one)
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert math.isclose(found.low, -turned.high, abs_tol=1e-12)


def test_a_mean_difference_is_welchs() -> None:
    """Three against three, worked by hand: variances 100 and 400, so the error is the root of 500/3."""
    ours, theirs = (
        arm("main", 5000, 3, 3, euros(90, 100, 110)),
        arm("holdout", 5000, 3, 3, euros(60, 80, 100)),
    )
    found = more_spend(ours, theirs, "EUR")
    assert found is not None
    assert math.isclose(found.value, 20)
    assert math.isclose(found.high - found.value, 1.959964 * math.sqrt(500 / 3), rel_tol=1e-6)
    assert more_spend(arm("main", 5000, 1), theirs, "EUR") is None


@pytest.mark.parametrize(
    ("sizes", "chance"),
    [
        ((500, 500), 1.0),
        ((531, 469), 0.0499),
        ((1000, 1000, 1000), 1.0),
        ((1080, 960, 960), 0.0082),
        ((0, 0), None),
    ],
)
def test_sizes_are_asked_whether_the_lots_can_have_made_them(
    sizes: tuple[int, ...], chance: float | None
) -> None:
    """Chi-square with one and with two degrees of freedom."""
    found = chance_of_sizes([arm(str(i), 10_000 // len(sizes), size) for i, size in enumerate(sizes)])
    assert (None if found is None else round(found, 4)) == chance
