"""A door over a real database: services, application, client, and keys to come in with."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from gateway.access import keys
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.app import create_app
from gateway.database import Database
from gateway.settings import Settings
from gateway.wiring import Services, services_over

START = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)

Issue = Callable[..., str]


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        """The time the test says it is."""
        return self.now

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**by)


class Caller:
    """Somebody with a key: sends JSON, gets the response."""

    def __init__(self, client: Client, token: str | None) -> None:
        self._client = client
        self._numbers = iter(range(1_000_000))
        self.token = token

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """Send a request; every POST gets a fresh Idempotency-Key unless `once` names one."""
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if method == "POST":
            headers.setdefault("Idempotency-Key", options.pop("once", f"k{next(self._numbers)}"))
        if body is not None:
            options["json"] = body
        return self._client.open(path, method=method, headers=headers, **options)


@pytest.fixture
def clock() -> Clock:
    """The server's clock."""
    return Clock()


@pytest.fixture
def services(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """The services of one worker over this test's own database."""
    held = services_over(Settings(home=tmp_path), database, clock=clock)
    held.offers.snapshots.quick_load_s = inf  # however busy the machine, a change shows at once
    yield held
    held.offers.log.close()
    held.quick.dispose()


@pytest.fixture
def app(services: Services) -> Flask:
    """The application."""
    return create_app(services)


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without cookies."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def issue(database: Database, clock: Clock) -> Issue:
    """A function that makes a key and returns its token."""

    def make(*scopes: Scope, **bounds: Any) -> str:
        grant = replace(
            Grant("test", frozenset(scopes), distinct_per_minute=0, misses_per_minute=0), **bounds
        )
        with database.transaction() as connection:
            return keys.issue(connection, grant, now=clock.now).token

    return make


@pytest.fixture
def call(client: Client, issue: Issue) -> Callable[..., Caller]:
    """A function that makes a caller with these scopes."""

    def make(*scopes: Scope, **bounds: Any) -> Caller:
        return Caller(client, issue(*scopes, **bounds) if scopes else None)

    return make
