"""What a person may still use, asked where no evaluator ran: the same numbers refuse in both places."""

from hypothesis import given
from hypothesis import strategies as st

from offers.marketing.campaign import Frequency, Limits
from offers.marketing.campaign_rewards import Percent
from offers.redemptions import person_limits
from tests.offers.worlds import ANNA, DAY_S, NOW_S, catalogue, decide, line, promotion, till, why

TEN = Percent(1000)
WEEK_S = 7 * DAY_S
USES = st.lists(
    st.sampled_from([NOW_S - 1, NOW_S - WEEK_S + 1, NOW_S - WEEK_S, NOW_S - WEEK_S - 1]), max_size=4
)


def refused(limits: Limits, *uses_s: int) -> str | None:
    """Why the campaign with these limits may not be used again; what counts nobody is never asked."""
    (rule,) = catalogue(promotion("a", TEN, limits=limits)).living()
    return person_limits.refuse(rule, uses_s, at_s=NOW_S) if person_limits.counts(rule) else None


def test_limits_of_a_person_bind_at_their_last_use() -> None:
    """Two are two; what was used a week ago to the second is out of the week."""
    assert refused(Limits(per_profile=2), NOW_S - 1) is None
    assert refused(Limits(per_profile=2), NOW_S - 1, NOW_S - 1) == "limit_per_profile"
    weekly = Limits(frequency=Frequency(2, WEEK_S))
    assert refused(weekly, NOW_S - 1, NOW_S - WEEK_S) is None
    assert refused(weekly, NOW_S - 1, NOW_S - WEEK_S + 1) == "frequency"
    assert refused(Limits(total=1), NOW_S - 1) is None


@given(st.none() | st.integers(1, 3), st.none() | st.integers(1, 3), USES)
def test_the_ledger_refuses_what_the_evaluator_refuses(
    per_profile: int | None, weekly: int | None, uses_s: list[int]
) -> None:
    """Whoever commits without a decision meets the limits of whoever asked for one."""
    limits = Limits(per_profile=per_profile, frequency=None if weekly is None else Frequency(weekly, WEEK_S))
    decision = decide(
        [promotion("a", TEN, limits=limits)],
        till(line("1", "S1", 5000)),
        ANNA,
        redeemed={1: tuple(sorted(uses_s))},
    )
    assert why(decision).get("a") == refused(limits, *uses_s)
