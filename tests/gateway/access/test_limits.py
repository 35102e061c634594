"""How much one key may ask."""

import pytest

from gateway.access.limits import BURST_MINUTES, DISTINCT_PER_MINUTE, MISSES_PER_MINUTE, Limits
from gateway.access.security import Principal, Scope
from gateway.wire.problems import Problem


class _Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def _key(name: str = "till", *, distinct: int | None = None, misses: int | None = None) -> Principal:
    return Principal(name, frozenset({Scope.QUERY}), distinct_per_minute=distinct, misses_per_minute=misses)


def test_asking_about_the_same_shoppers_costs_nothing() -> None:
    """A busy till with regular customers is never slowed down."""
    limits = Limits(_Clock())
    for _ in range(5_000):
        limits.ask(_key(), [1, 2, 3])


def test_many_different_identifiers_are_refused_with_how_long_to_wait() -> None:
    """Harvesting the customer file ends after a burst, and goes on at the stated rate only."""
    clock = _Clock()
    limits = Limits(clock)
    burst = DISTINCT_PER_MINUTE * BURST_MINUTES
    limits.ask(_key(), range(burst))
    with pytest.raises(Problem) as caught:
        limits.ask(_key(), [burst + 1])
    assert caught.value.code == "too_many_requests"
    assert caught.value.retry_after_s is not None
    clock.now_s += caught.value.retry_after_s
    limits.ask(_key(), [burst + 1])


def test_one_key_does_not_use_up_another() -> None:
    """Buckets are per key."""
    limits = Limits(_Clock())
    limits.ask(_key("a"), range(DISTINCT_PER_MINUTE * BURST_MINUTES))
    limits.ask(_key("b"), [1])


def test_too_many_misses_are_refused_even_for_known_identifiers() -> None:
    """Guessing is stopped; the answer that used up the last miss was still given."""
    limits = Limits(_Clock())
    limits.missed(_key(), MISSES_PER_MINUTE * BURST_MINUTES)
    with pytest.raises(Problem) as caught:
        limits.ask(_key(), [1])
    assert caught.value.code == "too_many_requests"


def test_a_key_may_have_rates_of_its_own() -> None:
    """Zero means no limit; another number replaces the default."""
    limits = Limits(_Clock())
    free = _key("free", distinct=0, misses=0)
    limits.ask(free, range(100_000))
    limits.missed(free, 100_000)
    limits.ask(free, [100_001])
    with pytest.raises(Problem):
        limits.ask(_key("tight", distinct=1), range(BURST_MINUTES + 1))
