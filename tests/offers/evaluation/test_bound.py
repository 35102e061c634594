"""Bounds are never below what any choice of claims gives: a search that stops at one has found the best."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from offers.evaluation.bound import Gain, play_bound
from offers.evaluation.case import lay_out
from offers.evaluation.judging import judge
from offers.evaluation.pricing import Play
from offers.marketing.campaign import Limits
from offers.marketing.campaign_rewards import Percent
from offers.model import Known
from tests.offers.worlds import POLICY, catalogue, euros, line, promotion, till


def play_of(amounts: list[int], most_minor: int) -> Play:
    """Half off lines of these amounts, within a sum per basket."""
    half = promotion("half", Percent(5000), limits=Limits(amount_per_basket=euros(most_minor)))
    lines = [line(f"{i:02}", f"S{i}", amount) for i, amount in enumerate(amounts, 1)]
    case = lay_out(catalogue(half), till(*lines), None, Known(), POLICY, 7)
    (play,) = judge(case, case.items).plays
    return play


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 100)), min_size=1, max_size=6), st.integers(1, 120)
)
def test_within_a_sum_no_choice_of_lines_gains_more(lines: list[tuple[int, int]], most_minor: int) -> None:
    """Each line gains a share of what it takes off, as if others gave the rest; all subsets are tried."""
    play = play_of([2 * amount for amount, _ in lines], most_minor)
    gains = [
        Gain(claim, claim.alone * share // 100, joined=False)
        for claim, (_, share) in zip(play.claims, lines, strict=True)
    ]
    best = max(
        sum(one.gain for one in chosen)
        for size in range(len(gains) + 1)
        for chosen in combinations(gains, size)
        if sum(one.claim.alone for one in chosen) <= most_minor
    )
    assert play_bound(play, gains) >= best
