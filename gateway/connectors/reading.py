"""Values out of shops' JSON: what has to be there is missed loudly, the rest quietly."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.connectors.parts import NotUnderstoodError
from gateway.wire.moments import moment


def an_object(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list."""
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def text_of(value: object, *, longest: int = 200) -> str | None:
    """A text that is not blank; numbers are written out."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    stripped = value.strip() if isinstance(value, str) else ""
    return stripped if 0 < len(stripped) <= longest else None


def key_of(given: Mapping[str, Any], name: str = "id") -> str:
    """The id of something. Raises NotUnderstoodError."""
    found = text_of(given.get(name), longest=64)
    if found is None:
        raise NotUnderstoodError(f"has no `{name}`")
    return found


def time_of(given: Mapping[str, Any], *names: str) -> dt.datetime:
    """The first of these times that is there; one without a zone is UTC. Raises NotUnderstoodError."""
    for name in names:
        told = given.get(name)
        if not isinstance(told, str) or not told:
            continue
        for written in (told, f"{told}Z"):
            try:
                return moment(written)
            except ValueError:
                continue
    raise NotUnderstoodError(f"has no time in any of {', '.join(names)}")


def count_of(value: object) -> int:
    """How many; one when that is not said."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 10_000 else 1


def named(pairs: Mapping[str, object]) -> dict[str, str]:
    """Those of our names that have a value."""
    return {name: found for name, value in pairs.items() if (found := text_of(value)) is not None}
