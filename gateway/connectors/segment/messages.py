"""The Segment HTTP API's messages, read.

Clients are not ours and send what they like: whatever is not understood is kept as it came or left out, and
only a message that names nobody or is no message at all is refused, alone.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gateway.connectors.segment import consent, events, products
from gateway.connectors.segment.lenient import a_moment, a_text, an_id, an_object
from gateway.connectors.segment.products import ProductMention

TYPES: Final = frozenset({"identify", "track", "page", "screen", "group", "alias"})
SHORT: Final = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias"}

BODY_KEPT: Final = ("properties", "name", "category", "groupId", "locale")
DEVICE_KEPT: Final = ("type", "manufacturer", "model", "name")
MAX_TOKEN: Final = 4096


@dataclass(frozen=True, slots=True)
class Message:
    """A message as far as it is understood. `products` are those about which its kind says something."""

    type: str
    kind: str
    occurred_at: dt.datetime
    message_id: str | None
    user_id: str | None
    anonymous_id: str | None
    previous_id: str | None = None
    order_id: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    products: tuple[ProductMention, ...] = ()
    consents: Mapping[str, bool] = field(default_factory=dict)
    is_consent_news: bool = False
    identity_token: str | None = None


class NotAMessageError(ValueError):
    """The message cannot be understood; the text says why."""


def messages(body: object, *, type_of_path: str | None) -> tuple[list[object], object]:
    """The messages of a request and when the client says it sent them. Raises NotAMessageError."""
    if not isinstance(body, dict):
        raise NotAMessageError("must be an object")
    if type_of_path is not None:
        return [{**body, "type": type_of_path}], body.get("sentAt")
    batch = body.get("batch")
    if not isinstance(batch, list):
        raise NotAMessageError("has no list `batch`")
    shared = body.get("context")
    if isinstance(shared, dict):
        batch = [{"context": shared, **one} if isinstance(one, dict) else one for one in batch]
    return batch, body.get("sentAt")


def refusal(sent: object) -> str | None:
    """Why something is no message that can be taken; None when it is one."""
    if not isinstance(sent, dict):
        return "must be an object"
    if not isinstance(sent.get("type"), str) or sent["type"] not in TYPES:
        return f"`type` is one of {', '.join(sorted(TYPES))}"
    if an_id(sent.get("userId")) is None and an_id(sent.get("anonymousId")) is None:
        return "needs a userId or an anonymousId"
    return None


def read(sent: object, *, sent_at: object, received_at: dt.datetime, gpc_header: bool = False) -> Message:
    """One message. Raises NotAMessageError."""
    refused = refusal(sent)
    if refused is not None:
        raise NotAMessageError(refused)
    assert isinstance(sent, dict)
    kind_of_message: str = sent["type"]
    context, properties = an_object(sent.get("context")), an_object(sent.get("properties"))
    kind = events.kind_of(kind_of_message, sent.get("event"))
    return Message(
        type=kind_of_message,
        kind=kind,
        occurred_at=_occurred(sent, sent_at=sent.get("sentAt", sent_at), received_at=received_at),
        message_id=an_id(sent.get("messageId")) or _content_id(sent),
        user_id=an_id(sent.get("userId")),
        anonymous_id=an_id(sent.get("anonymousId")),
        previous_id=an_id(sent.get("previousId")),
        order_id=an_id(properties.get("order_id")) if events.is_order(sent.get("event")) else None,
        traits={**an_object(context.get("traits")), **an_object(sent.get("traits"))},
        body=_kept(sent, context, is_gpc=consent.is_gpc(context, header=gpc_header)),
        products=products.mentions(properties) if kind in SAYING else (),
        consents=consent.statements(context, gpc_header=gpc_header),
        is_consent_news=events.is_consent(sent.get("event")),
        identity_token=a_text(context.get("identity_token"), longest=MAX_TOKEN),
    )


SAYING: Final = frozenset(events.EVENTS.values())


def _content_id(sent: Mapping[str, Any]) -> str | None:
    """What recognises a repetition that has no id: its content, where that says when it happened."""
    if not (sent.get("timestamp") or sent.get("originalTimestamp")):
        return None
    content = {name: value for name, value in sent.items() if name not in {"sentAt", "writeKey"}}
    return f"content:{hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def _occurred(sent: Mapping[str, Any], *, sent_at: object, received_at: dt.datetime) -> dt.datetime:
    """The time of the event by our clock: a client's clock is off by received minus sent, and nothing happens
    tomorrow.
    """
    at = a_moment(sent.get("timestamp")) or a_moment(sent.get("originalTimestamp"))
    if at is None:
        return received_at
    left = a_moment(sent_at)
    if left is not None:
        at = a_moment((at + (received_at - left)).isoformat()) or at
    return min(at, received_at)


def _kept(sent: Mapping[str, Any], context: Mapping[str, Any], *, is_gpc: bool) -> dict[str, Any]:
    """What the history keeps: what was said, and what it was said with."""
    kept = {name: sent[name] for name in BODY_KEPT if sent.get(name)}
    event = a_text(sent.get("event"), longest=200)
    if event is not None:
        kept["event"] = event
    page = an_object(context.get("page"))
    if page:
        kept["page"] = {name: page[name] for name in ("path", "title") if isinstance(page.get(name), str)}
    device = an_object(context.get("device"))
    if device:
        kept["device"] = {name: device[name] for name in DEVICE_KEPT if isinstance(device.get(name), str)}
    if is_gpc:
        kept["gpc"] = True
    return kept
