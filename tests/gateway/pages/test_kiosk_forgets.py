"""A kiosk forgets: after half a minute, by hand, and when the page is put aside."""

import pytest
from playwright.sync_api import Page, Route, expect

from gateway.wiring import Services
from tests.gateway.pages import world
from tests.gateway.pages.conftest import Server
from tests.gateway.pages.hands import scan, screen

pytestmark = pytest.mark.browser


@pytest.fixture
def timed(page: Page, server: Server, peopled: Services, new_code: str) -> Page:
    """A paired kiosk whose time is the test's."""
    page.clock.install()
    page.goto(f"{server.url}/kiosk")
    page.locator("#code").fill(new_code)
    page.locator("#code").press("Enter")
    page.locator("#screen-welcome").wait_for()
    return page


def is_empty(page: Page) -> bool:
    """Whether nothing of a session is left: no offer, no code, nothing typed, nothing announced."""
    left = page.evaluate(
        """() => document.querySelectorAll(".offer, .take-code").length
            + document.querySelector("#typed").value.length
            + document.querySelector("#live").textContent.length"""
    )
    return bool(left == 0)


def test_offers_leave_the_screen_after_half_a_minute(timed: Page) -> None:
    """Offers, codes and announcements go; the page says so, then welcomes the next shopper."""
    scan(timed, world.ADA)
    screen(timed, "offers")
    timed.clock.fast_forward(29_000)
    screen(timed, "offers")
    timed.clock.fast_forward(1_500)
    screen(timed, "cleared")
    assert is_empty(timed)
    assert "Merino" not in timed.content()
    timed.clock.fast_forward(5_000)
    screen(timed, "welcome")


def test_the_time_left_is_seen_and_announced(timed: Page) -> None:
    """The ring counts down; ten seconds before the end a polite notice appears, once."""
    scan(timed, world.ADA)
    screen(timed, "offers")
    expect(timed.locator("#ring")).to_be_visible()
    timed.clock.fast_forward(12_000)
    expect(timed.locator("#seconds")).to_have_text("18")
    expect(timed.locator("#stay")).to_be_hidden()
    timed.clock.fast_forward(8_500)
    expect(timed.locator("#stay")).to_be_visible()
    expect(timed.locator("#live")).to_contain_text("Sekunden geleert")
    assert timed.locator("#live").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("touch", ["tap", "key", "button"])
def test_any_touch_extends(timed: Page, touch: str) -> None:
    """A tap anywhere, a key, or the button in the notice: half a minute more."""
    scan(timed, world.ADA)
    screen(timed, "offers")
    timed.clock.fast_forward(25_000)
    if touch == "tap":
        timed.mouse.click(600, 780)
    elif touch == "key":
        timed.keyboard.press("Shift")
    else:
        timed.get_by_role("button", name="Bleiben").click()
    expect(timed.locator("#stay")).to_be_hidden()
    timed.clock.fast_forward(25_000)
    screen(timed, "offers")
    timed.clock.fast_forward(6_000)
    screen(timed, "cleared")


def test_what_was_typed_is_forgotten_too(timed: Page) -> None:
    """An address left in the field does not wait for the next shopper."""
    timed.get_by_role("button", name="Keine Karte dabei?").click()
    timed.locator("#typed").fill(world.ADA_EMAIL)
    timed.clock.fast_forward(31_000)
    screen(timed, "cleared")
    assert is_empty(timed)


def test_finish_clears_at_once(kiosk: Page) -> None:
    """Whoever is done need not wait."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    kiosk.get_by_role("button", name="Beenden").click()
    screen(kiosk, "cleared")
    assert is_empty(kiosk)


def test_the_back_button_brings_nobody_back(kiosk: Page) -> None:
    """Leaving empties the page first, so the browser has nothing to restore."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    kiosk.goto("about:blank")
    kiosk.go_back()
    screen(kiosk, "welcome")
    assert is_empty(kiosk)


def test_a_page_that_is_hidden_or_restored_is_empty(kiosk: Page) -> None:
    """A screen that sleeps, another window, a page from the browser's memory."""
    for event in (
        "window.dispatchEvent(new PageTransitionEvent('pagehide'))",
        "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
    ):
        scan(kiosk, world.ADA)
        screen(kiosk, "offers")
        kiosk.evaluate(event)
        screen(kiosk, "cleared")
        assert is_empty(kiosk)


def test_an_answer_that_comes_too_late_shows_nothing(kiosk: Page) -> None:
    """Cleared while the server was still thinking: its answer is nobody's any more."""
    waiting: list[Route] = []
    kiosk.route("**/kiosk/offers", waiting.append)
    scan(kiosk, world.ADA)
    screen(kiosk, "looking")
    kiosk.get_by_role("button", name="Beenden").click()
    screen(kiosk, "cleared")
    for route in waiting:
        route.continue_()
    kiosk.wait_for_timeout(300)
    assert is_empty(kiosk)
    screen(kiosk, "cleared")


def test_without_a_network_a_card_is_forgotten_all_the_same(timed: Page, server: Server) -> None:
    """The offline screen stays, but after half a minute it no longer knows whose offers it was asked for."""
    server.stop()
    scan(timed, world.ADA)
    screen(timed, "offline")
    for _ in range(40):
        timed.clock.run_for(1_000)
    expect(timed.locator("#session")).to_be_hidden()
    server.start()
    for _ in range(20):
        timed.clock.run_for(1_000)
    screen(timed, "welcome")
    assert is_empty(timed)


def test_nothing_is_kept_in_the_browser(kiosk: Page) -> None:
    """No storage, and in the caches only the page that says that there is no network."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    kiosk.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = kiosk.evaluate(
        """async () => {
            const names = [];
            for (const shelf of await caches.keys()) {
                for (const request of await (await caches.open(shelf)).keys()) {
                    names.push(new URL(request.url).pathname);
                }
            }
            return { names, storage: JSON.stringify(localStorage) + JSON.stringify(sessionStorage) };
        }"""
    )
    assert kept["storage"] == "{}{}"
    assert all(name == "/kiosk/offline" or name.startswith("/pages/static/") for name in kept["names"])
