"""The kiosk page in a real browser, before the real server and database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from gateway.pages.kiosk import store
from gateway.pages.kiosk.pairing import Paired
from gateway.wire.glyphs import token_bytes
from offers.take_along import tokens
from offers.take_along.tokens import Token
from tests.gateway.pages import world
from tests.gateway.pages.conftest import Server, code_for, open_kiosk, paired_at
from tests.gateway.pages.hands import scan, screen, seen
from tests.gateway.pages.qr_reader import read

pytestmark = pytest.mark.browser


@contextmanager
def watched(page: Page) -> Iterator[list[tuple[str, str | None]]]:
    """The addresses and bodies of what the page asks meanwhile."""
    asked: list[tuple[str, str | None]] = []

    def note(request: Any) -> None:
        asked.append((request.url, request.post_data))

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


def code_on_screen(page: Page, number: int = 0) -> str:
    """The text of a QR code that is shown, read back from its drawing."""
    return read(page.locator(".take-code path").nth(number).get_attribute("d") or "")


def test_a_browser_becomes_a_kiosk_by_typing_a_code(page: Page, server: Server) -> None:
    """Typed on the keys on screen; afterwards the page knows its store and holds no secret."""
    page.goto(f"{server.url}/kiosk")
    for letter in code_for(server.services, "0042").replace("-", ""):
        page.locator("#pair-keys").get_by_role("button", name=letter, exact=True).click()
    page.get_by_role("button", name="Pair", exact=True).click()
    screen(page, "welcome")
    expect(page.locator(".brand")).to_have_text("Wien Mariahilf")
    (cookie,) = page.context.cookies(f"{server.url}/kiosk")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/kiosk")
    held = page.evaluate("() => document.cookie + JSON.stringify([localStorage, sessionStorage])")
    assert cookie["value"] not in held + page.content()
    assert "o2o_" not in held + page.content()


def test_a_wrong_code_is_told_and_can_be_mended(page: Page, server: Server) -> None:
    """The refusal is an alert, the field is ready for the next attempt."""
    page.goto(f"{server.url}/kiosk")
    page.locator("#code").fill("00000-00000")
    page.locator("#code").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(code_for(server.services, "0042"), delay=60)
    page.keyboard.press("Enter")
    screen(page, "welcome")


def test_a_scanned_card_shows_its_offers(kiosk: Page) -> None:
    """Product, old and new price as Austria writes them, a code to take along; what is for everybody too."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    own = kiosk.locator(".offer").filter(has_text="Merino sweater")
    expect(own.locator(".price-after")).to_have_text("€ 63,92")
    expect(own.locator(".price-before")).to_have_text("€ 79,90")
    expect(own.locator(".take-code")).to_be_visible()
    assert "20" in own.locator(".tag-saving").inner_text()
    expect(kiosk.locator(".offer")).to_have_count(2)
    everyone = kiosk.locator(".offer").filter(has_text="10 % auf Kaffee")
    expect(everyone.locator(".take-code")).to_have_count(0)


def test_a_screen_that_others_read_stays_neutral(kiosk: Page) -> None:
    """No name, no word of a cart, nothing of a sensitive category, although all of it is known."""
    with watched(kiosk) as asked:
        scan(kiosk, world.ADA)
        screen(kiosk, "offers")
    text = seen(kiosk)
    for secret in (*world.ADA_NAME, world.ADA, world.ADA_EMAIL, "Warenkorb", "test kit"):
        assert secret not in text
    assert all(world.ADA not in url and "?" not in url for url, _ in asked)


def test_a_shopper_who_agreed_to_nothing_sees_what_everybody_sees(kiosk: Page) -> None:
    """Eve has something in her cart; without consent the kiosk does not know it."""
    scan(kiosk, world.EVE)
    screen(kiosk, "everyone")
    assert "Merino" not in seen(kiosk)
    expect(kiosk.locator(".take-code")).to_have_count(0)


def test_a_known_card_without_offers_is_told_kindly(page: Page, server: Server) -> None:
    """Nothing for Ben and nothing for everybody: his card works, there is just nothing today."""
    kiosk = open_kiosk(page, server, paired_at(server, "0043"))
    scan(kiosk, world.BEN)
    screen(kiosk, "none")
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Gerade keine Angebote")


def test_an_unknown_card_gets_what_everybody_gets(kiosk: Page) -> None:
    """The page says that it does not know the code, and shows the offers for everyone."""
    scan(kiosk, world.NOBODY)
    screen(kiosk, "unknown")
    expect(kiosk.locator("#screen-unknown .offer")).to_have_count(1)


@pytest.mark.parametrize("value", [world.ADA_EMAIL, "0664 1234567", world.ADA, "nobody@example.org"])
def test_what_is_typed_discloses_nothing(kiosk: Page, value: str) -> None:
    """E-mail, phone and even the card number, typed: the same words and the same offers as for a stranger."""
    kiosk.get_by_role("button", name="Keine Karte dabei?").click()
    kiosk.locator("#typed").press_sequentially(value, delay=60)
    kiosk.keyboard.press("Enter")
    screen(kiosk, "typed")
    expect(kiosk.locator("#screen-typed .offer")).to_have_count(1)
    text = seen(kiosk)
    assert "Merino" not in text
    assert value not in text
    assert not any(part in text for part in world.ADA_NAME)
    expect(kiosk.locator("#screen-typed .take-code")).to_have_count(0)


def test_a_scanned_address_is_no_card(kiosk: Page) -> None:
    """Typing as fast as a scanner does not turn a phone number or an address into a card."""
    for value in (world.ADA_EMAIL, world.ADA_PHONE, "06641234567"):
        scan(kiosk, value)
        screen(kiosk, "unknown")
        assert "Merino" not in seen(kiosk)


def test_a_pasted_card_is_a_scan(kiosk: Page) -> None:
    """Scanners that paste instead of typing, and people who try the page without one; not in a field."""
    kiosk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    kiosk.evaluate("(card) => navigator.clipboard.writeText(card)", world.ADA)
    kiosk.keyboard.press("Control+V")
    screen(kiosk, "offers")
    kiosk.get_by_role("button", name="Beenden").click()
    kiosk.get_by_role("button", name="Keine Karte dabei?").click()
    kiosk.keyboard.press("Control+V")
    expect(kiosk.locator("#typed")).to_have_value(world.ADA)
    screen(kiosk, "typing")


def test_half_a_value_is_sent_nowhere(kiosk: Page) -> None:
    """The page asks to check it, as an alert, before it asks the server."""
    kiosk.get_by_role("button", name="Keine Karte dabei?").click()
    with watched(kiosk) as asked:
        kiosk.locator("#typed").fill("ada@")
        kiosk.locator("#typed").press("Enter")
        expect(kiosk.get_by_role("alert")).to_contain_text("vollständige")
    assert asked == []


def test_the_code_to_take_along_is_the_offer_without_card_or_name(kiosk: Page, server: Server) -> None:
    """Read from the screen and scanned again it shows that one offer; the server stored its hash only."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    text = code_on_screen(kiosk)
    token = token_bytes(text)
    assert token is not None
    with server.services.database.transaction() as connection:
        found = tokens.look_at(connection, token, now=server.services.clock())
    assert isinstance(found, Token)
    assert found.only.sku == world.SWEATER.sku
    kiosk.get_by_role("button", name="Beenden").click()
    scan(kiosk, text)
    screen(kiosk, "token")
    expect(kiosk.locator(".offer")).to_have_count(1)
    expect(kiosk.locator(".offer-title")).to_have_text(world.SWEATER.title)
    assert code_on_screen(kiosk) == text


def test_a_made_up_code_is_unknown(kiosk: Page) -> None:
    """128 bits that nobody gave out."""
    scan(kiosk, "O2T" + "0" * 26)
    screen(kiosk, "unknown")


def test_two_scans_in_a_row_show_the_second(kiosk: Page) -> None:
    """Nobody's offers stay when the next card comes."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    scan(kiosk, world.NOBODY)
    screen(kiosk, "unknown")
    assert "Merino" not in kiosk.content()


def test_the_language_can_be_chosen_in_the_middle(kiosk: Page) -> None:
    """Words, prices and dates change together, and the next shopper finds the store's language again."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    kiosk.get_by_role("button", name="Français").click()
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Vos offres du jour")
    expect(kiosk.locator(".offer").first.locator(".price-after")).to_have_text(re.compile("63,92.€"))
    assert kiosk.evaluate("document.documentElement.lang") == "fr"
    kiosk.get_by_role("button", name="Terminer").click()
    screen(kiosk, "cleared")
    assert kiosk.evaluate("document.documentElement.lang") == "de"


def test_a_revoked_kiosk_shows_nothing_more(kiosk: Page, server: Server, device: Paired) -> None:
    """The next scan ends it; the way back is the pairing page."""
    with server.services.database.transaction() as connection:
        store.revoke(connection, device.device.device_id, now=server.services.clock())
    scan(kiosk, world.ADA)
    screen(kiosk, "revoked")
    kiosk.get_by_role("button", name="Kiosk anmelden").click()
    screen(kiosk, "pair")


def test_a_busy_server_is_told_and_asked_again(kiosk: Page) -> None:
    """A 503 is no error page: one touch asks again with the same card."""
    with_trouble = {"left": 1}

    def refuse_once(route: Route) -> None:
        with_trouble["left"] -= 1
        route.fulfill(status=503) if with_trouble["left"] >= 0 else route.continue_()

    kiosk.route("**/kiosk/offers", refuse_once)
    scan(kiosk, world.ADA)
    screen(kiosk, "busy")
    kiosk.locator("#screen-busy").get_by_role("button", name="Noch einmal versuchen").click()
    screen(kiosk, "offers")


def test_without_a_network_the_page_says_so_and_comes_back_by_itself(kiosk: Page, server: Server) -> None:
    """The card that was scanned is looked up when the server is back, without another scan."""
    with server.away():
        scan(kiosk, world.ADA)
        screen(kiosk, "offline")
        expect(kiosk.get_by_role("heading", level=1)).to_have_text("Gerade keine Verbindung")
    screen(kiosk, "offers")


def test_a_kiosk_that_starts_without_a_network_is_never_blank(
    remembering_page: Page, server: Server, device: Paired
) -> None:
    """The service worker answers for the server; when that is back, so is the page."""
    kiosk = open_kiosk(remembering_page, server, device)
    kiosk.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kiosk.reload()
    kiosk.wait_for_function("navigator.serviceWorker.controller !== null")
    with server.away():
        kiosk.reload()
        expect(kiosk.get_by_role("heading", level=1)).to_have_text("Gerade keine Verbindung")
    kiosk.get_by_role("button", name="Noch einmal versuchen").click()
    screen(kiosk, "welcome")


def test_an_unplugged_cable_is_noticed_at_once(kiosk: Page) -> None:
    """The browser knows before anybody scans; what is on screen then stays, with a banner."""
    kiosk.context.set_offline(True)
    screen(kiosk, "offline")
    kiosk.context.set_offline(False)
    screen(kiosk, "welcome")
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    kiosk.context.set_offline(True)
    expect(kiosk.get_by_role("status")).to_be_visible()
    screen(kiosk, "offers")
    kiosk.context.set_offline(False)
    expect(kiosk.locator("#banner")).to_be_hidden()
