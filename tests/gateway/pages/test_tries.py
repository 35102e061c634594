"""How often one address may type a pairing code."""

import pytest

from gateway.pages.kiosk.tries import PER_MINUTE, Tries
from gateway.problems import Problem


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


def until_refused(tries: Tries, address: str) -> int:
    """How many tries an address gets now."""
    for number in range(1000):
        try:
            tries.take(address)
        except Problem as problem:
            assert problem.status == 429
            return number
    raise AssertionError("never refused")


def test_an_address_gets_so_many_tries_and_then_some_each_minute() -> None:
    """A bucket is emptied, then refills evenly."""
    clock = Clock()
    tries = Tries(clock)
    assert until_refused(tries, "192.0.2.1") > PER_MINUTE
    clock.at_s += 60
    assert until_refused(tries, "192.0.2.1") == PER_MINUTE


def test_addresses_do_not_share() -> None:
    """One that guesses does not lock out another."""
    tries = Tries(Clock())
    until_refused(tries, "192.0.2.1")
    tries.take("192.0.2.2")


def test_a_refusal_says_how_long_to_wait() -> None:
    """Retry-After is when the next try is free."""
    tries = Tries(Clock())
    until_refused(tries, "192.0.2.1")
    with pytest.raises(Problem) as refused:
        tries.take("192.0.2.1")
    assert refused.value.retry_after_s == 60 // PER_MINUTE
