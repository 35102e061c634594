"""A demonstration world that is small enough for a test."""

from datetime import UTC, datetime

from gateway.demo import loading
from gateway.demo.outcome import Loaded
from gateway.demo.plan import Plan
from gateway.wiring import Services

PLAN = Plan(households=5, seed=7, today=datetime.now(UTC).date(), is_made_up=True)


def load_world(services: Services, asked: Plan = PLAN) -> Loaded:
    """Loads a plan, silently."""
    return loading.load(services, asked, lambda _what, _done, _total: None)
