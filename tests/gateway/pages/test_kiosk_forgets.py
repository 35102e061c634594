"""A kiosk forgets: after half a minute, by hand, and when the page is put aside."""

import pytest
from playwright.sync_api import Page, Route, expect

from gateway.pages.kiosk.pairing import Paired
from tests.gateway.pages import world
from tests.gateway.pages.conftest import Server, open_kiosk
from tests.gateway.pages.hands import scan, screen

pytestmark = pytest.mark.browser


def is_empty(page: Page) -> bool:
    """Whether nothing of a session is left: no offer, no code, nothing typed, nothing announced."""
    left = page.evaluate(
        """() => document.querySelectorAll(".offer, .take-code").length
            + document.querySelector("#typed").value.length
            + document.querySelector("#live").textContent.length"""
    )
    return bool(left == 0)


def test_offers_leave_the_screen_after_half_a_minute(kiosk: Page) -> None:
    """Offers, codes and announcements go; the page says so, then welcomes the next shopper."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    kiosk.clock.fast_forward(29_000)
    screen(kiosk, "offers")
    kiosk.clock.fast_forward(1_500)
    screen(kiosk, "cleared")
    assert is_empty(kiosk)
    assert "Merino" not in kiosk.content()
    kiosk.clock.fast_forward(5_000)
    screen(kiosk, "welcome")


def test_the_time_left_is_seen_and_announced(kiosk: Page) -> None:
    """The ring counts down; ten seconds before the end a polite notice appears, once."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    expect(kiosk.locator("#ring")).to_be_visible()
    kiosk.clock.fast_forward(12_000)
    expect(kiosk.locator("#seconds")).to_have_text("18")
    expect(kiosk.locator("#stay")).to_be_hidden()
    kiosk.clock.fast_forward(8_500)
    expect(kiosk.locator("#stay")).to_be_visible()
    expect(kiosk.locator("#live")).to_contain_text("Sekunden geleert")
    assert kiosk.locator("#live").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("touch", ["tap", "key", "button"])
def test_any_touch_extends(kiosk: Page, touch: str) -> None:
    """A tap anywhere, a key, or the button in the notice: half a minute more."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    kiosk.clock.fast_forward(25_000)
    if touch == "tap":
        kiosk.mouse.click(600, 780)
    elif touch == "key":
        kiosk.keyboard.press("Shift")
    else:
        kiosk.get_by_role("button", name="Bleiben").click()
    expect(kiosk.locator("#stay")).to_be_hidden()
    kiosk.clock.fast_forward(25_000)
    screen(kiosk, "offers")
    kiosk.clock.fast_forward(6_000)
    screen(kiosk, "cleared")


def test_what_was_typed_is_forgotten_too(kiosk: Page) -> None:
    """An address left in the field does not wait for the next shopper."""
    kiosk.get_by_role("button", name="Keine Karte dabei?").click()
    kiosk.locator("#typed").fill(world.ADA_EMAIL)
    kiosk.clock.fast_forward(31_000)
    screen(kiosk, "cleared")
    assert is_empty(kiosk)


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

    def hold(route: Route) -> None:
        waiting.append(route)

    kiosk.route("**/kiosk/offers", hold)
    scan(kiosk, world.ADA)
    screen(kiosk, "looking")
    kiosk.get_by_role("button", name="Beenden").click()
    screen(kiosk, "cleared")
    for route in waiting:
        route.continue_()
    kiosk.wait_for_timeout(300)
    assert is_empty(kiosk)
    screen(kiosk, "cleared")


def test_without_a_network_a_card_is_forgotten_all_the_same(kiosk: Page, server: Server) -> None:
    """The offline screen stays, but after half a minute it no longer knows whose offers it was asked for."""
    with server.away():
        scan(kiosk, world.ADA)
        screen(kiosk, "offline")
        for _ in range(40):
            kiosk.clock.run_for(1_000)
        expect(kiosk.locator("#session")).to_be_hidden()
    for _ in range(20):
        kiosk.clock.run_for(1_000)
    screen(kiosk, "welcome")
    assert is_empty(kiosk)


def test_nothing_is_kept_in_the_browser(remembering_page: Page, server: Server, device: Paired) -> None:
    """No storage, and in the caches only the page that says that there is no network."""
    kiosk = open_kiosk(remembering_page, server, device)
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
