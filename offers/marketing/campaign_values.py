"""The small values that a campaign's document is made of: slugs, categories, languages, times, amounts."""

import re
from datetime import UTC, date, datetime, time

from offers.marketing.campaign_reader import Section, text
from offers.money import Money, parse

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PLACEMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def slug(value: object) -> str:
    """An id of lower-case letters, digits and hyphens."""
    return _matching(value, _SLUG, "write lower-case letters, digits and hyphens, at most 63")


def placement(value: object) -> str:
    """The name of a place on a screen or receipt."""
    return _matching(value, _PLACEMENT, "write lower-case letters, digits, _ and -, at most 63")


def language(value: object) -> str:
    """A language tag like `de` or `de-AT`."""
    return _matching(value, _LANGUAGE, "write a language like de or de-AT")


def key(value: object) -> str:
    """A short name of another system: a tier, a group of variants, a store."""
    return text(value, longest=100)


def sku(value: object) -> str:
    """A product's article number."""
    return text(value, longest=100)


def category(value: object) -> str:
    """A category path without empty parts: `apparel/knitwear`."""
    path = text(value, longest=300)
    if not all(part.strip() for part in path.split("/")):
        raise ValueError("write a category path like apparel/knitwear, without empty parts")
    return path


def moment(value: object) -> datetime | date:
    """A date of the store's calendar, or an instant with its zone, as UTC."""
    spelled = str(value)
    try:
        if _DAY.fullmatch(spelled):
            return date.fromisoformat(spelled)
        instant = datetime.fromisoformat(spelled)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError("write a date like 2026-11-21, or a time with its zone like 2026-11-21T08:00+01:00")
    return instant.astimezone(UTC)


def clock(value: object, *, midnight: bool = False) -> time:
    """A time of day like `09:30`; `24:00` too where it closes a window."""
    spelled = str(value)
    if midnight and spelled == "24:00":
        return time(0, 0)
    match = _CLOCK.fullmatch(spelled)
    if match is None:
        raise ValueError("write a time of day like 09:30")
    return time(int(match.group(1)), int(match.group(2)))


def amounts(given: Section, name: str, *, least: int = 1) -> tuple[Money, ...]:
    """The amounts under a name, at most one per currency, in order of currency."""
    found = given.each(name, _amount)
    if len({money.currency for money in found}) < len(found):
        given.refuse(name, "one amount per currency")
    if any(money.amount_minor < least for money in found):
        given.refuse(name, "must be more than nothing")
    return tuple(sorted(found, key=lambda money: money.currency))


def _amount(value: object) -> Money:
    return parse(value if isinstance(value, str) else "")


def _matching(value: object, pattern: re.Pattern[str], allowed: str) -> str:
    spelled = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not pattern.fullmatch(spelled):
        raise ValueError(allowed)
    return spelled
