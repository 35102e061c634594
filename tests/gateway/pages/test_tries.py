"""How often one address may type a pairing code."""

import contextlib

import pytest

from gateway.pages.kiosk.tries import PER_MINUTE, Tries
from gateway.wire.problems import Problem


def until_refused(tries: Tries, address: str) -> int:
    """How many tries an address gets now."""
    allowed = 0
    with contextlib.suppress(Problem):
        for _ in range(1000):
            tries.take(address)
            allowed += 1
    return allowed


def test_an_address_gets_so_many_tries_and_then_some_each_minute() -> None:
    """A bucket is emptied, then refills evenly."""
    at_s = [1000.0]
    tries = Tries(lambda: at_s[0])
    assert until_refused(tries, "192.0.2.1") > PER_MINUTE
    at_s[0] += 60
    assert until_refused(tries, "192.0.2.1") == PER_MINUTE


def test_addresses_do_not_share() -> None:
    """One that guesses does not lock out another."""
    tries = Tries(lambda: 1000.0)
    until_refused(tries, "192.0.2.1")
    tries.take("192.0.2.2")


def test_a_refusal_says_how_long_to_wait() -> None:
    """Retry-After is when the next try is free."""
    tries = Tries(lambda: 1000.0)
    until_refused(tries, "192.0.2.1")
    with pytest.raises(Problem) as refused:
        tries.take("192.0.2.1")
    assert refused.value.retry_after_s == 60 // PER_MINUTE
