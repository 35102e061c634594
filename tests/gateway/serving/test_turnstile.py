"""One at a time, as long as that goes quickly."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from gateway.access.security import Scope
from gateway.database import Database
from gateway.serving.turnstile import PATIENCE_S, Turnstile
from gateway.wiring import Services
from tests.gateway.conftest import Caller


def _passed_after_s(turnstile: Turnstile) -> float:
    began_s = time.monotonic()
    with turnstile.passing():
        return time.monotonic() - began_s


def test_the_second_waits_for_the_first() -> None:
    """And passes as soon as that one is through."""
    turnstile = Turnstile(patience_s=60)
    with ThreadPoolExecutor(1) as another:
        with turnstile.passing():
            second = another.submit(_passed_after_s, turnstile)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.05)
        assert second.result(timeout=10) < 60


def test_nobody_waits_for_long() -> None:
    """Who ran out of patience passes, and does not open the way for a third."""
    turnstile = Turnstile()
    with turnstile.passing():
        assert _passed_after_s(turnstile) >= PATIENCE_S * 0.9
        assert turnstile.lock.locked()
    assert not turnstile.lock.locked()


def test_an_error_lets_the_next_one_pass() -> None:
    """Whatever happens inside."""
    turnstile = Turnstile(patience_s=60)
    with pytest.raises(ValueError, match="inside"), turnstile.passing():
        raise ValueError("inside")
    assert not turnstile.lock.locked()


def test_a_reserve_is_answered_outside(
    call: Callable[..., Caller], services: Services, database: Database
) -> None:
    """It may wait for rows and for the disk: quotes pass meanwhile."""
    services.turnstile.patience_s = 60
    store = {"name": "Graben", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
    assert call(Scope.ADMIN)("PUT", "/v1/stores/0042", store).status_code == 200
    till, key = call(Scope.QUERY, Scope.REDEEM), {"store": "0042", "terminal": "07", "number": "1"}
    question = {
        "channel": "till",
        "transaction": key | {"business_day": "2026-11-21"},
        "basket": {"currency": "EUR", "lines": []},
    }
    with ThreadPoolExecutor(1) as another:
        with database.transaction() as connection:
            connection.execute(text("LOCK TABLE offers.redemption IN SHARE MODE"))
            reserving = another.submit(till, "POST", "/v1/offers/query", question | {"mode": "reserve"})
            with pytest.raises(TimeoutError):
                reserving.result(timeout=0.5)
            assert till("POST", "/v1/offers/query", question).status_code == 200
        assert reserving.result(timeout=10).status_code == 200
