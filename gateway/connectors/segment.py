"""The Segment HTTP API's messages as happenings, interests and records.

Clients are not ours and send what they like: whatever is not understood is kept as it came or left out, and
only a message that names nobody or is no message at all is refused, alone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.moments import moment

TYPES: Final = frozenset({"identify", "track", "page", "screen", "group", "alias"})
SHORT: Final = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias"}

EVENTS: Final[dict[str, tuple[str, str | None]]] = {
    "product viewed": ("product_viewed", "viewed"),
    "product clicked": ("product_viewed", "viewed"),
    "products searched": ("products_searched", "searched"),
    "product added": ("product_carted", "carted"),
    "cart viewed": ("product_carted", "carted"),
    "product removed": ("cart_removed", "removed"),
    "order completed": ("order_completed", "bought"),
}
"""Event name -> our kind of event, and what it says about the products it names."""

MAX_ID = 255
MAX_PRODUCTS = 100
BODY_KEPT: Final = ("properties", "name", "category", "groupId")

ATTRIBUTES: Final = {
    "given_name": ("firstName", "first_name", "firstname"),
    "family_name": ("lastName", "last_name", "lastname"),
    "full_name": ("name", "fullName"),
    "date_of_birth": ("birthday", "birthdate", "dateOfBirth"),
    "sex": ("gender",),
}
ADDRESS: Final = {
    "street": ("street", "line1"),
    "city": ("city",),
    "region": ("state", "region"),
    "postcode": ("postalCode", "postal_code", "zip"),
    "country": ("country", "countryCode"),
}


@dataclass(frozen=True, slots=True)
class ProductMention:
    """A product that a message names: the codes it may be known under, best first."""

    codes: tuple[str, ...]
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Message:
    """A message as far as it is understood. `interest` is what it says about `products`."""

    type: str
    kind: str
    occurred_at: dt.datetime
    message_id: str | None
    user_id: str | None
    anonymous_id: str | None
    previous_id: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    interest: str | None = None
    products: tuple[ProductMention, ...] = ()
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


def read(sent: object, *, sent_at: object, received_at: dt.datetime) -> Message:
    """One message. Raises NotAMessageError."""
    if not isinstance(sent, dict):
        raise NotAMessageError("must be an object")
    kind_of_message = sent.get("type")
    if not isinstance(kind_of_message, str) or kind_of_message not in TYPES:
        raise NotAMessageError(f"`type` is one of {', '.join(sorted(TYPES))}")
    user_id, anonymous_id = _id(sent.get("userId")), _id(sent.get("anonymousId"))
    if user_id is None and anonymous_id is None:
        raise NotAMessageError("needs a userId or an anonymousId")
    context = _object(sent.get("context"))
    properties = _object(sent.get("properties"))
    kind, interest = _kind(kind_of_message, sent.get("event"))
    return Message(
        type=kind_of_message,
        kind=kind,
        occurred_at=_occurred(sent, sent_at=sent.get("sentAt", sent_at), received_at=received_at),
        message_id=_id(sent.get("messageId")),
        user_id=user_id,
        anonymous_id=anonymous_id,
        previous_id=_id(sent.get("previousId")),
        traits={**_object(context.get("traits")), **_object(sent.get("traits"))},
        body=_kept(sent, context),
        interest=interest,
        products=_products(properties) if interest is not None else (),
        identity_token=_text(context.get("identity_token"), longest=4096),
    )


def _kind(message_type: str, event: object) -> tuple[str, str | None]:
    if message_type == "track":
        name = event.strip().lower() if isinstance(event, str) else ""
        return EVENTS.get(name, ("other", None))
    if message_type in {"page", "screen"}:
        return "page", None
    return ("identify", None) if message_type in {"identify", "alias"} else ("other", None)


def _occurred(sent: Mapping[str, Any], *, sent_at: object, received_at: dt.datetime) -> dt.datetime:
    """The time of the event by our clock: a client's clock is off by received minus sent, and nothing happens
    tomorrow.
    """
    at = _moment(sent.get("timestamp")) or _moment(sent.get("originalTimestamp"))
    if at is None:
        return received_at
    left = _moment(sent_at)
    if left is not None:
        at = _moment((at + (received_at - left)).isoformat()) or at
    return min(at, received_at)


def _moment(value: object) -> dt.datetime | None:
    try:
        return moment(value)
    except ValueError:
        return None


def _kept(sent: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: sent[name] for name in BODY_KEPT if sent.get(name)}
    event = _text(sent.get("event"), longest=200)
    if event is not None:
        kept["event"] = event
    page = _object(context.get("page"))
    if page:
        kept["page"] = {name: page[name] for name in ("path", "title") if isinstance(page.get(name), str)}
    return kept


def _products(properties: Mapping[str, Any]) -> tuple[ProductMention, ...]:
    listed = properties.get("products")
    if isinstance(listed, list):
        found = [_product(one) for one in listed[:MAX_PRODUCTS] if isinstance(one, dict)]
    else:
        found = [_product(properties)]
        query = _text(properties.get("query"), longest=64)
        if query is not None:
            found.append(ProductMention((query,)))
    return tuple(mention for mention in found if mention.codes)


def _product(properties: Mapping[str, Any]) -> ProductMention:
    named = [_id(properties.get(name)) for name in ("sku", "product_id", "productId", "gtin", "variant")]
    quantity = properties.get("quantity")
    whole = isinstance(quantity, int) and not isinstance(quantity, bool) and 0 < quantity <= 10_000
    codes = tuple(dict.fromkeys(code for code in named if code is not None and len(code) <= 64))
    return ProductMention(codes, quantity if whole and isinstance(quantity, int) else 1)


def attributes(traits: Mapping[str, Any]) -> dict[str, str]:
    """What the traits say about a person, under our names."""
    found = _first_of(ATTRIBUTES, traits) | _first_of(ADDRESS, _object(traits.get("address")))
    organisation = _text(_object(traits.get("company")).get("name"), longest=200)
    if organisation is not None:
        found["x_company"] = organisation
    return found


def contacts(traits: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The identifiers among the traits: (type, value)."""
    found = [
        ("email", _text(traits.get("email"), longest=320)),
        ("phone", _text(traits.get("phone"), longest=40)),
    ]
    return [(kind, value) for kind, value in found if value is not None]


def _first_of(names: Mapping[str, Sequence[str]], given: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ours, theirs in names.items():
        value = next((text for name in theirs if (text := _text(given.get(name), longest=200))), None)
        if value is not None:
            found[ours] = value
    return found


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object, *, longest: int) -> str | None:
    if not isinstance(value, str):
        return None
    stripped = value.strip()
    return stripped if 0 < len(stripped) <= longest else None


def _id(value: object) -> str | None:
    """Ids come as texts, and from some clients as numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _text(value, longest=MAX_ID)
