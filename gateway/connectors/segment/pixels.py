"""Messages in the address of an image, as mails and pages without scripts send them."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

import orjson

DEEPEST: Final = 4
"""Levels of `context.page.path`; no message of the spec names a member further down."""


def message(asked: Mapping[str, str]) -> dict[str, Any]:
    """The message that an address's parameters spell: all of it in `data`, as JSON that may be wrapped in
    Base64, or member by member. What cannot be read is an empty message.
    """
    data = asked.get("data")
    return _members(asked) if data is None else _object(data)


def _object(data: str) -> dict[str, Any]:
    for written in (data.encode(), _unwrapped(data)):
        try:
            found = orjson.loads(written)
        except orjson.JSONDecodeError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def _unwrapped(data: str) -> bytes:
    """Base64 of either alphabet, with a plus that an address turned into a blank, with padding or without."""
    plain = data.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return b""


def _members(asked: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in asked.items():
        *outer, last = name.split(".", DEEPEST)
        inside = found
        for each in outer:
            deeper = inside.setdefault(each, {})
            if not isinstance(deeper, dict):
                break
            inside = deeper
        else:
            inside[last] = value
    return found
