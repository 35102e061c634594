"""Preferences between their document and the statements that offers keep. The document is whole: what it
leaves out no longer holds, and the one that is read may be sent back.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from gateway.wire.moments import of_seconds, rfc3339
from offers.preferences.rules import FOREVER_S, Statement


def statements(document: dict[str, Any], *, now: dt.datetime) -> Iterable[Statement]:
    """What a loaded document says, now."""
    now_s = _seconds(now)
    for one in document["hidden"]:
        until_s = _seconds(one["until"]) if one["until"] is not None else FOREVER_S
        yield Statement(one["kind"], one["subject"], now_s, until_s)
    for channel in document["quiet_channels"]:
        yield Statement("channel", channel, now_s)
    for gift in document["gifts"]:
        until_s = _seconds(gift["until"]) if gift["until"] is not None else now_s
        yield Statement("gift", gift["sku"], now_s, until_s)


def shown(said: Sequence[Statement]) -> dict[str, Any]:
    """The document that says this."""
    return {
        "hidden": [
            {"kind": one.kind, "subject": one.subject, "until": _until(one)}
            for one in said
            if one.kind not in {"channel", "gift"}
        ],
        "quiet_channels": [one.subject for one in said if one.kind == "channel"],
        "gifts": [{"sku": one.subject, "until": _until(one)} for one in said if one.kind == "gift"],
    }


def _until(one: Statement) -> str | None:
    return rfc3339(of_seconds(one.until_s)) if one.until_s != FOREVER_S else None


def _seconds(at: dt.datetime) -> int:
    return int(at.timestamp())
