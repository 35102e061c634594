"""What a shopper's hands and eyes do at a kiosk."""

from playwright.sync_api import Page, expect


def scan(page: Page, text: str) -> None:
    """What a scanner that types does: a burst of keys and Enter, wherever the focus is.

    The page's time stands still meanwhile, for a busy machine hands keys on more slowly than any scanner.
    """
    page.clock.pause_at(page.evaluate("Date.now() + 1000") / 1000)
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.clock.resume()


def screen(page: Page, name: str) -> None:
    """Wait until the page shows a screen."""
    expect(page.locator("body")).to_have_attribute("data-screen", name)


def seen(page: Page) -> str:
    """Everything a reader or a screen reader can find on the page."""
    return str(
        page.evaluate(
            """() => document.body.innerText + " " + [...document.querySelectorAll("[aria-label]")]
                .map((element) => element.getAttribute("aria-label")).join(" ")"""
        )
    )
