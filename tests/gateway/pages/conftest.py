"""The system's Chromium, and a kiosk server on a port of its own in front of a real database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from uuid_utils.compat import uuid7
from werkzeug.serving import WSGIRequestHandler, make_server

from gateway.app import create_app
from gateway.database import Database, open_engine
from gateway.pages.kiosk import cookie, pairing
from gateway.pages.kiosk.pairing import Paired
from gateway.settings import Settings
from gateway.wiring import Services, services_over
from offers.retailer import stores
from tests.gateway.pages import world

SCREEN: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a kiosk's size in a browser profile of its own, without a service worker to fill."""
    context = chromium.new_context(viewport=SCREEN, locale="en-GB", service_workers="block")
    with closing(context), uncomplaining(context) as opened:
        yield opened


@pytest.fixture
def remembering_page(chromium: Browser) -> Iterator[Page]:
    """The same with a service worker."""
    context = chromium.new_context(viewport=SCREEN, locale="en-GB")
    with closing(context), uncomplaining(context) as opened:
        yield opened


@contextmanager
def uncomplaining(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when a script fails or the console complains."""
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.clock.install()  # so that tests can make time stand still or fly
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type == "error" and "Failed to load resource" not in said.text
            else None
        ),
    )
    yield opened
    assert complaints == []


@pytest.fixture
def services(services: Services) -> Services:
    """The door's services over a database of the test's own, with the stores."""
    with services.database.transaction() as connection:
        stores.put(connection, [world.STORE, world.SECOND_STORE])
    return services


@pytest.fixture
def peopled(services: Services) -> Services:
    """The same with products, campaigns and shoppers."""
    with services.database.transaction() as connection:
        world.build(connection, services)
    return services


@pytest.fixture
def new_code(services: Services) -> str:
    """A pairing code for the store in Vienna."""
    return code_for(services, "0042")


def code_for(services: Services, store: str) -> str:
    """A pairing code for a store."""
    with services.database.transaction() as connection:
        return pairing.make_code(connection, store_code=store, name="Entrance", now=services.clock())


class Quiet(WSGIRequestHandler):
    """Writes no line for each file it serves."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class Server:
    """The application on a port of this machine; it can be taken off the network for a while."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._app = create_app(services)
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        """Where the browser finds it."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Answer on the port it had before."""
        self._serving = make_server("127.0.0.1", self._port, self._app, threaded=True, request_handler=Quiet)
        self._port = self._serving.server_port
        self._thread = threading.Thread(target=self._serving.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections."""
        self._serving.shutdown()
        self._thread.join()
        self._serving.server_close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Refuse connections for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()


@pytest.fixture(scope="session")
def server(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests in a browser share, with the whole world behind it; each test pairs anew."""
    with Database(open_engine(new_database(), pool_size=10, pool_timeout_s=30)) as database:
        services = services_over(Settings(home=tmp_path_factory.mktemp("kiosk")), database)
        with database.transaction() as connection:
            world.build(connection, services)
        started = Server(services)
        yield started
        started.stop()
        services.offers.log.close()
        services.quick.dispose()


@pytest.fixture
def device(server: Server) -> Paired:
    """A kiosk in Vienna that was paired already."""
    return paired_at(server, "0042")


def paired_at(server: Server, store: str) -> Paired:
    """Pair a kiosk without a browser."""
    code = code_for(server.services, store)
    with server.services.database.transaction() as connection:
        paired = pairing.pair(connection, code, device_id=uuid7(), now=server.services.clock())
    assert isinstance(paired, Paired)
    return paired


def open_kiosk(page: Page, server: Server, paired: Paired) -> Page:
    """The page of a paired kiosk, ready for a scan."""
    page.context.add_cookies(
        [
            {
                "name": cookie.NAME,
                "value": paired.cookie,
                "domain": "127.0.0.1",
                "path": cookie.PATH,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    page.goto(f"{server.url}/kiosk")
    expect(page.locator("#title-welcome")).to_be_focused()
    return page


@pytest.fixture
def kiosk(page: Page, server: Server, device: Paired) -> Page:
    """A paired kiosk in Vienna; its page speaks German."""
    return open_kiosk(page, server, device)
