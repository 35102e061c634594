"""Reading values that clients write as they like: what is no such value is absent, never an error."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.wire.moments import moment

MAX_ID = 255


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
    """Ids come as texts, and from some clients as numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return a_text(value, longest=MAX_ID)


def a_moment(value: object) -> dt.datetime | None:
    """An RFC 3339 time."""
    try:
        return moment(value)
    except ValueError:
        return None


def a_count(value: object, *, most: int) -> int | None:
    """A whole number above zero; some clients send it as a text or with a decimal point."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isdecimal() and len(value) <= 9:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 < value <= most else None


def first_of(names: Mapping[str, Sequence[str]], given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Our name and the value of the first of their names that has one."""
    for ours, theirs in names.items():
        value = next((text for name in theirs if (text := a_text(given.get(name), longest=200))), None)
        if value is not None:
            yield ours, value
