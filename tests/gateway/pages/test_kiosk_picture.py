"""The picture of the kiosk in the README comes from the real page."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.gateway.pages import world
from tests.gateway.pages.hands import scan, screen

pytestmark = pytest.mark.browser

LARGEST_BYTES = 300_000


def test_the_kiosk_can_be_photographed(kiosk: Page, tmp_path: Path) -> None:
    """What a shopper sees after a scan. O2O_PICTURES=docs/images renews the picture in the README."""
    folder = Path(os.environ.get("O2O_PICTURES") or tmp_path)
    kiosk.get_by_role("button", name="English").click()
    scan(kiosk, world.DORA)
    screen(kiosk, "offers")
    kiosk.wait_for_function("document.fonts.status === 'loaded'")
    kiosk.wait_for_timeout(500)  # the new screen has arrived
    taken = kiosk.screenshot(path=folder / "kiosk.png")
    assert 10_000 < len(taken) < LARGEST_BYTES
