"""The page's pure scripts, run in a real browser without a server."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, Route

from gateway.pages.assets import FOLDER

pytestmark = pytest.mark.browser

SCREENS = [
    "welcome",
    "typing",
    "looking",
    "offers",
    "everyone",
    "token",
    "typed",
    "none",
    "unknown",
    "ambiguous",
    "spent",
    "expired",
    "offline",
    "busy",
    "revoked",
    "cleared",
]
EVENTS = [
    "scan",
    "type",
    "submit",
    "retry",
    "back",
    "clear",
    "rested",
    "reachable",
    "unreachable",
    "busy",
    "revoked",
    "offers",
    "everyone",
    "token",
    "typed",
    "none",
    "unknown",
    "ambiguous",
    "spent",
    "expired",
    "nonsense",
]


@pytest.fixture
def scripts(page: Page) -> Page:
    """An empty page that can import the kiosk's modules."""

    def serve(route: Route) -> None:
        name = Path(route.request.url).name
        if name.endswith(".js"):
            route.fulfill(path=FOLDER / "kiosk" / name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>empty</title>", content_type="text/html")

    page.route("**/*", serve)
    page.goto("http://kiosk.test/")
    return page


def walked(scripts: Page, events: Sequence[str], start: str = "welcome") -> list[str]:
    """The screens that follow from these events."""
    screens: list[str] = scripts.evaluate(
        """async ([start, events]) => {
            const { next } = await import("/machine.js");
            const screens = [start];
            for (const event of events) screens.push(next(screens.at(-1), event));
            return screens;
        }""",
        [start, list(events)],
    )
    return screens


def test_every_pair_of_screen_and_event_leads_to_a_screen(scripts: Page) -> None:
    """The machine never leaves its screens, whatever happens on which."""
    reached = scripts.evaluate(
        """async ([screens, events]) => {
            const { next } = await import("/machine.js");
            return screens.flatMap((screen) => events.map((event) => next(screen, event)));
        }""",
        [SCREENS, EVENTS],
    )
    assert set(reached) <= set(SCREENS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=40))
def test_no_answer_shows_without_a_question(scripts: Page, events: list[str]) -> None:
    """A screen with somebody's answer follows only from looking it up; a late answer after clearing does
    nothing.
    """
    screens = walked(scripts, events)
    for before, event, after in zip(screens, events, screens[1:], strict=False):
        if after == event and after != before and after not in {"busy", "revoked"}:
            assert before == "looking"
        if event == "clear" and before not in {"welcome", "offline", "revoked"}:
            assert after == "cleared"


def test_every_screen_of_a_session_clears(scripts: Page) -> None:
    """All screens that show or ask something of a shopper clear themselves; the resting ones do not."""
    cleared = scripts.evaluate(
        """async (screens) => {
            const { clears } = await import("/machine.js");
            return screens.filter(clears);
        }""",
        SCREENS,
    )
    assert set(SCREENS) - set(cleared) == {"welcome", "cleared", "offline", "revoked"}


def pressed(scripts: Page, keys: Sequence[tuple[str, int]]) -> list[str]:
    """What the wedge makes of keys at these milliseconds."""
    scans: list[str] = scripts.evaluate(
        """async (keys) => {
            const { Wedge } = await import("/wedge.js");
            const wedge = new Wedge();
            return keys.map(([key, at]) => wedge.press(key, at)).filter((scan) => scan !== null);
        }""",
        [list(key) for key in keys],
    )
    return scans


def typed(text: str, gap_ms: int, start_ms: int = 1000, end: str = "Enter") -> list[tuple[str, int]]:
    """The keys of a text, so many milliseconds apart, and the key that ends it."""
    return [(key, start_ms + number * gap_ms) for number, key in enumerate([*text, end])]


def test_a_fast_burst_is_a_scan(scripts: Page) -> None:
    """Ended by Enter or Tab; Shift between the keys does not matter."""
    assert pressed(scripts, typed("2900000123456", 8)) == ["2900000123456"]
    assert pressed(scripts, typed("O2T0123", 8, end="Tab")) == ["O2T0123"]
    with_shift = [pair for key, at in typed("ABC-123", 10) for pair in (("Shift", at), (key, at + 1))]
    assert pressed(scripts, with_shift) == ["ABC-123"]


def test_a_person_is_no_scanner(scripts: Page) -> None:
    """Slow keys, short bursts and a stray Enter scan nothing."""
    assert pressed(scripts, typed("2900000123456", 90)) == []
    assert pressed(scripts, typed("12345", 5)) == []
    assert pressed(scripts, [("Enter", 5)]) == []


def test_what_was_typed_before_a_scan_is_not_part_of_it(scripts: Page) -> None:
    """A pause begins a new burst."""
    assert pressed(scripts, [("x", 100), ("y", 110), *typed("2900000123456", 8)]) == ["2900000123456"]


def test_an_endless_burst_is_bounded(scripts: Page) -> None:
    """A jammed key keeps no more than a code can hold."""
    (scan,) = pressed(scripts, typed("7" * 2000, 2))
    assert len(scan) <= 512


def test_the_countdown_ends_by_the_clock(scripts: Page) -> None:
    """A browser that slept past the end clears at once; a clock that is set back clears too."""
    scripts.clock.install(time=0)
    scripts.evaluate(
        """async () => { const { Idle } = await import("/idle.js"); window.ended = 0; const nothing = () =>
        {}; window.idle = new Idle({ seconds: 30, warnAt: 10, tick: nothing, warn: nothing, end: () =>
        window.ended++ }); window.idle.start(); }
        """
    )
    scripts.clock.fast_forward(29_000)
    assert scripts.evaluate("window.ended") == 0
    scripts.evaluate("window.idle.touch()")
    scripts.clock.fast_forward(29_000)
    assert scripts.evaluate("window.ended") == 0
    scripts.clock.fast_forward(600_000)
    assert scripts.evaluate("window.ended") == 1
    scripts.evaluate("window.idle.start()")
    scripts.clock.set_system_time(1)
    scripts.clock.fast_forward(300)
    assert scripts.evaluate("window.ended") == 2


def test_messages_of_all_languages_reach_the_page_unharmed(scripts: Page) -> None:
    """Placeholders are filled by name; a language nobody has changes nothing."""
    said = scripts.evaluate(
        """async (all) => {
            const { Words } = await import("/words.js");
            const words = new Words(JSON.parse(all), "de");
            words.speak("xx");
            return words.say("offer.until", { when: "<b>20:00</b>" });
        }""",
        json.dumps({"de": {"offer.until": "Bis {when}"}}),
    )
    assert said == "Bis <b>20:00</b>"
