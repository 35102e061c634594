"""Reading values that clients write as they like: what is no such value is absent, never an error."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.wire.moments import moment

MAX_ID: Final = 255
A_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.0*)?\Z")


def an_object(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def a_text(value: object, *, longest: int) -> str | None:
    """A text that is not blank and not too long."""
    if not isinstance(value, str):
        return None
    stripped = value.strip()
    return stripped if 0 < len(stripped) <= longest else None


def an_id(value: object) -> str | None:
    """Ids come as texts, and from some clients as numbers, whole ones with a decimal point among them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return a_text(value, longest=MAX_ID)


def a_moment(value: object) -> dt.datetime | None:
    """A time: RFC 3339, its neighbours in ISO 8601 (`+0000`, no zone: UTC), or seconds since 1970."""
    try:
        return moment(value)
    except ValueError:
        return _an_odd_moment(value)


MILLISECONDS_FROM: Final = 100_000_000_000
"""A number of seconds this large is in the year 5138: it counts milliseconds."""


def _an_odd_moment(value: object) -> dt.datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            at = dt.datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS_FROM else value, dt.UTC)
        elif isinstance(value, str) and len(value) > len("2026-11-21"):
            read = dt.datetime.fromisoformat(value.strip())
            at = read if read.tzinfo is not None else read.replace(tzinfo=dt.UTC)
        else:
            return None
        return moment(at.isoformat())
    except (ValueError, OverflowError, OSError):
        return None


def a_count(value: object, *, most: int) -> int | None:
    """A whole number above zero; some clients send it as a text or with a decimal point."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and A_NUMBER.match(value.strip()):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 < value <= most else None


def first_of(names: Mapping[str, Sequence[str]], given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Our name and the value of the first of their names that has one."""
    for ours, theirs in names.items():
        value = next((text for name in theirs if (text := a_text(given.get(name), longest=200))), None)
        if value is not None:
            yield ours, value
