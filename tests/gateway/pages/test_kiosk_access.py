"""The kiosk for everybody: by keyboard, by screen reader, enlarged, with high demands on contrast."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.pages.kiosk.pairing import Paired
from tests.gateway.pages import world
from tests.gateway.pages.conftest import Server, open_kiosk
from tests.gateway.pages.hands import scan, screen

pytestmark = pytest.mark.browser

AUDIT = """() => {
    const problems = [];
    const finger = innerWidth < 800 ? 24 : 44; // enlarged twice, 24 are 48 on the glass
    const visible = (element) => element.checkVisibility({ visibilityProperty: true });
    const luminance = ([r, g, b]) => [r, g, b]
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const colour = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const found = colour(getComputedStyle(at).backgroundColor);
            if (found.length === 3 || found[3] > 0.99) return found;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !visible(element)) continue;
        if (element.closest(".unseen, script, noscript")) continue;
        const style = getComputedStyle(element);
        const [text, ground] = [luminance(colour(style.color)), luminance(behind(element))];
        const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        const pixels = parseFloat(style.fontSize);
        const large = pixels >= 24 || (pixels >= 18.66 && Number(style.fontWeight) >= 700);
        if (contrast < (large ? 3 : 4.5)) {
            problems.push(`contrast ${contrast.toFixed(2)}: ${walker.currentNode.data}`);
        }
    }
    for (const element of document.querySelectorAll("button, input, a[href], [role=img], [role=timer]")) {
        if (!visible(element)) continue;
        const label = element.getAttribute("aria-label") || element.textContent.trim()
            || (element.labels?.length && element.labels[0].textContent.trim());
        if (!label) problems.push(`no name: ${element.outerHTML.slice(0, 80)}`);
        const box = element.getBoundingClientRect();
        if (element.matches("button, input") && (box.height < finger || box.width < finger)) {
            problems.push(`too small to touch: ${label} ${box.width}x${box.height}`);
        }
    }
    for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
        for (const element of document.querySelectorAll(`[${attribute}]`)) {
            for (const id of element.getAttribute(attribute).split(" ")) {
                if (!document.getElementById(id)) problems.push(`${attribute} ${id} is not there`);
            }
        }
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    if (new Set(ids).size !== ids.length) problems.push("an id is used twice");
    const count = (selector) => [...document.querySelectorAll(selector)].filter(visible).length;
    if (count("main") !== 1) problems.push("not one main landmark");
    if (count("body > header") !== 1) problems.push("no banner landmark");
    if (count("h1") !== 1) problems.push(`${count("h1")} first-level headings`);
    if (!document.documentElement.lang) problems.push("no language");
    if (!document.title) problems.push("no title");
    const ordered = "[tabindex]:not([tabindex='-1']):not([tabindex='0'])";
    if (document.querySelector(ordered)) problems.push("an order of its own");
    if (document.documentElement.scrollWidth > innerWidth + 1) problems.push("scrolls sideways");
    return problems;
}"""


SIZES = [(1280, 800), (1080, 1920), (640, 400)]
"""Across, upright, and across at 200 percent: a browser that enlarges has half as many pixels to offer."""


def audit(page: Page) -> list[str]:
    """What is wrong for people who see, hear or move less well."""
    return list(page.evaluate(AUDIT))


@pytest.fixture(params=SIZES, ids=["across", "upright", "enlarged"])
def still(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page of one size in a browser that asks for less motion."""
    width, height = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        locale="en-GB",
        service_workers="block",
    )
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


def test_every_screen_can_be_read_touched_and_named(still: Page, server: Server, device: Paired) -> None:
    """Contrast, names, sizes for fingers, landmarks, one heading, no scrolling sideways: on every screen."""
    still.goto(f"{server.url}/kiosk")
    assert audit(still) == []
    open_kiosk(still, server, device)
    assert audit(still) == []
    for card, expected in ((world.ADA, "offers"), (world.EVE, "everyone"), (world.NOBODY, "unknown")):
        scan(still, card)
        screen(still, expected)
        assert audit(still) == [], expected
    for screen_name in ("looking", "ambiguous", "spent", "expired", "offline", "busy", "revoked", "cleared"):
        still.evaluate(
            """(name) => {
                for (const one of document.querySelectorAll(".screen")) one.hidden = one.dataset.for !== name;
            }""",
            screen_name,
        )
        assert audit(still) == [], screen_name
    still.reload()
    still.get_by_role("button", name="Keine Karte dabei?").click()
    screen(still, "typing")
    assert audit(still) == []
    still.locator("#typed").fill("ada")
    still.locator("#typed").press("Enter")
    assert audit(still) == []
    still.locator("#typed").fill(world.ADA_EMAIL)
    still.locator("#typed").press("Enter")
    screen(still, "typed")
    assert audit(still) == []


def test_a_screen_reader_is_led_to_what_is_new(kiosk: Page) -> None:
    """The heading of each new screen gets the focus; the number of offers is said politely."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    expect(kiosk.get_by_role("heading", level=1)).to_be_focused()
    expect(kiosk.locator("#live")).to_have_text("Angebote auf dem Bildschirm: 2.")
    name = kiosk.locator(".take-code").get_attribute("aria-label")
    assert name is not None
    assert world.SWEATER.title in name
    kiosk.get_by_role("button", name="Beenden").click()
    expect(kiosk.get_by_role("heading", level=1)).to_be_focused()


def test_old_and_new_price_are_told_apart_by_ear(kiosk: Page) -> None:
    """A struck-out number is not heard, so words say which is which."""
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    heard = kiosk.locator(".offer-prices").first.text_content()
    assert heard is not None
    assert heard.replace("\xa0", " ") == "Jetzt € 63,92, Bisher € 79,90"


def test_everything_works_by_keyboard_alone(kiosk: Page) -> None:
    """From the heading on to what it is about, back to the languages, Enter and Space press."""
    expect(kiosk.get_by_role("heading", level=1)).to_be_focused()
    for name in ("Keine Karte dabei?", "Français", "Deutsch", "English"):
        kiosk.keyboard.press("Tab" if name == "Keine Karte dabei?" else "Shift+Tab")
        button = kiosk.get_by_role("button", name=name)
        expect(button).to_be_focused()
        expect(button).to_have_css("outline-style", "solid")
    for _ in range(3):
        kiosk.keyboard.press("Tab")
    kiosk.keyboard.press("Enter")
    screen(kiosk, "typing")
    expect(kiosk.locator("#typed")).to_be_focused()
    kiosk.keyboard.type("664123", delay=60)
    kiosk.keyboard.press("Enter")
    screen(kiosk, "typed")
    kiosk.keyboard.press("Tab")
    kiosk.keyboard.press("Space")
    screen(kiosk, "welcome")


def test_a_scan_presses_no_button(kiosk: Page) -> None:
    """A scanner's Enter and blanks reach the page while a button has the focus; only the scan counts."""
    kiosk.get_by_role("button", name="Keine Karte dabei?").focus()
    scan(kiosk, "29 000 099 99")
    screen(kiosk, "unknown")
    kiosk.locator("#screen-unknown").get_by_role("button", name="Zum Anfang").focus()
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")


def test_a_scan_into_an_open_field_is_a_scan(kiosk: Page) -> None:
    """Somebody opened the form and then found the card after all."""
    kiosk.get_by_role("button", name="Keine Karte dabei?").click()
    scan(kiosk, world.ADA)
    screen(kiosk, "offers")
    assert kiosk.locator("#typed").input_value() == ""


def test_whoever_asks_for_less_motion_gets_it(still: Page, server: Server, device: Paired) -> None:
    """Nothing moves for longer than a blink."""
    open_kiosk(still, server, device)
    moving = still.evaluate(
        "document.getAnimations().filter((one) => one.effect.getComputedTiming().activeDuration > 50).length"
    )
    assert moving == 0


def test_the_keys_on_screen_write_at_the_cursor(kiosk: Page) -> None:
    """Insert, delete, and stop at the field's length."""
    kiosk.get_by_role("button", name="Keine Karte dabei?").click()
    keys = kiosk.locator("#typing-keys")
    for letter in "a@b":
        keys.get_by_role("button", name=letter, exact=True).click()
    keys.get_by_role("button", name="Löschen").click()
    assert kiosk.locator("#typed").input_value() == "a@"
    kiosk.locator("#typed").evaluate("(field) => field.setSelectionRange(0, 0)")
    keys.get_by_role("button", name="7", exact=True).click()
    assert kiosk.locator("#typed").input_value() == "7a@"
