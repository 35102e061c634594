"""The system's Chromium, and a kiosk server on a port of its own in front of a real database."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from gateway.app import create_app
from gateway.database import Database
from gateway.pages.kiosk import pairing
from gateway.settings import Settings
from gateway.wiring import Services, services_over
from offers import stores
from tests.gateway.pages import world

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: the pages are not looked at")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of a test's own, as large as a kiosk's screen."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when a script fails or the console complains."""
    opened = window.new_page()
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
def services(database: Database, tmp_path: Path) -> Iterator[Services]:
    """A worker's services over a database of the test's own, with the store in Vienna and nothing else."""
    opened = services_over(Settings(home=tmp_path), database)
    with database.transaction() as connection:
        stores.put(connection, [world.STORE])
    yield opened
    opened.offers.log.close()
    opened.quick.dispose()


@pytest.fixture
def peopled(services: Services) -> Services:
    """The same with products, campaigns and shoppers."""
    with services.database.transaction() as connection:
        world.build(connection, services)
    return services


@pytest.fixture
def app(services: Services) -> Flask:
    """The application."""
    return create_app(services)


@pytest.fixture
def new_code(services: Services) -> str:
    """A pairing code for the store in Vienna."""
    with services.database.transaction() as connection:
        return pairing.make_code(connection, store_code="0042", name="Entrance", now=services.clock())


class Quiet(WSGIRequestHandler):
    """Writes no line for each file it serves."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class Server:
    """The application on a port of this machine; it can be taken off the network and brought back."""

    def __init__(self, app: Flask) -> None:
        self._app = app
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
        self._thread = threading.Thread(target=self._serving.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections."""
        self._serving.shutdown()
        self._thread.join()
        self._serving.server_close()


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """A running server."""
    started = Server(app)
    yield started
    started.stop()


@pytest.fixture
def kiosk(page: Page, server: Server, peopled: Services, new_code: str) -> Page:
    """A paired kiosk with somebody's card about to be scanned; its page speaks German."""
    page.goto(f"{server.url}/kiosk")
    page.locator("#code").fill(new_code)
    page.locator("#code").press("Enter")
    expect(page.locator("#title-welcome")).to_be_focused()
    return page
