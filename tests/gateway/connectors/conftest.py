"""The door on a port of its own, for clients that bring their own way of calling it."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client

from gateway.access.security import Scope
from gateway.app import create_app
from gateway.database import Database, open_engine
from gateway.settings import Settings
from gateway.wiring import Services, services_over, utc_now
from tests.gateway.conftest import Caller, Clock
from tests.gateway.connectors import story


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class RealClock(Clock):
    """The machine's clock: clients that are not ours read it too."""

    @property
    def now(self) -> dt.datetime:
        """The time it is."""
        return utc_now()

    @now.setter
    def now(self, time: dt.datetime) -> None:
        """Nobody turns it."""


@pytest.fixture
def clock() -> Clock:
    """The machine's clock."""
    return RealClock()


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    """Where the door answers."""
    serving = make_server("127.0.0.1", 0, create_app(services), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """The retailer's back office."""
    return call(Scope.ADMIN, Scope.CAMPAIGN, Scope.INGEST, Scope.PROFILE_READ, Scope.PRIVACY, Scope.STEWARD)


@pytest.fixture
def till(call: Callable[..., Caller]) -> Caller:
    """A till of the store."""
    return call(Scope.QUERY, Scope.REDEEM, Scope.INGEST, source="pos", stores=("0042",))


@pytest.fixture
def stage(services: Services, back: Caller) -> Services:
    """The story's store, products, campaign and card."""
    story.set_the_stage(services, back)
    return services


@pytest.fixture
def new_services(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> Iterator[Callable[[], tuple[Services, Client]]]:
    """A function that makes services over a database of their own, and a client of their door."""
    with ExitStack() as stack:

        def make() -> tuple[Services, Client]:
            database = stack.enter_context(
                Database(open_engine(new_database(), pool_size=5, pool_timeout_s=30))
            )
            held = services_over(Settings(home=tmp_path_factory.mktemp("held")), database, clock=clock)
            stack.callback(held.offers.log.close)
            stack.callback(held.quick.dispose)
            return held, create_app(held).test_client(use_cookies=False)

        yield make
