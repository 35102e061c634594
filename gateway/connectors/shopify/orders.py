"""Orders, checkouts and refunds of a Shopify shop.

An order is told several times: created, paid, updated. Its event is named by the lines it has, so the same
order is one event, an edited one a further event, and which of them comes first does not matter.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.connectors.parts import ORDERS_COUNT_LESS, EventPart, Part, RecordPart, named_by
from gateway.connectors.reading import an_object, count_of, key_of, objects, text_of, time_of
from gateway.connectors.shopify import customers
from identity.model import Assurance
from identity.submission import Claim


def order(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """Who buys, what was bought, and what came back since."""
    if sent.get("test") is True:
        return ()
    key, lines = key_of(sent), list(_lines(sent.get("line_items")))
    parts: list[Part] = list(_buyer(sent))
    parts.append(
        EventPart(
            kind="order_completed",
            message_id=named_by(f"order/{key}", lines),
            known_as=order_id(key),
            occurred_at=time_of(sent, "created_at", "processed_at"),
            claims=_claims(sent),
            body={"order_id": key, "currency": text_of(sent.get("currency")), "products": lines},
        )
    )
    if sent.get("cancelled_at"):
        parts.append(
            EventPart(
                kind="order_refunded",
                message_id=named_by(f"cancelled/{key}", lines),
                occurred_at=time_of(sent, "cancelled_at"),
                body={"order_id": key, "products": lines},
                beside=order_id(key),
            )
        )
    for one in objects(sent.get("refunds")):
        parts += refund({"order_id": key, **one})
    return tuple(parts)


def checkout(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """A cart whose owner said who she is; what it holds at that moment."""
    token, at = key_of(sent, "token"), time_of(sent, "updated_at", "created_at")
    lines, claims = list(_lines(sent.get("line_items"))), _claims(sent)
    if not lines or not claims or sent.get("completed_at"):
        return ()
    event = EventPart(
        kind="product_carted",
        message_id=named_by(f"checkout/{token}/{at.isoformat()}", lines),
        occurred_at=at,
        claims=claims,
        body={"products": lines, "currency": text_of(sent.get("currency"))},
    )
    return (*_buyer(sent), event)


def refund(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """What came back. A refund names no shopper: it belongs to whoever the order belongs to."""
    key, order_key = key_of(sent), key_of(sent, "order_id")
    lines = [
        {**line, "quantity": count_of(one.get("quantity"))}
        for one in objects(sent.get("refund_line_items"))
        for line in _lines([one.get("line_item")])
    ]
    if not lines:
        return ()  # money without goods
    return (
        EventPart(
            kind="order_refunded",
            message_id=f"refund/{key}",
            occurred_at=time_of(sent, "created_at", "processed_at"),
            body={"order_id": order_key, "products": lines},
            beside=order_id(order_key),
        ),
    )


def order_id(key: str) -> str:
    """The id by which what follows finds an order's event."""
    return f"order/{key}"


def _buyer(sent: Mapping[str, Any]) -> Iterator[RecordPart]:
    told = an_object(sent.get("customer"))
    if text_of(told.get("id")) is None:
        return
    for part in customers.customer({**told, "updated_at": told.get("updated_at") or sent.get("updated_at")}):
        if isinstance(part, RecordPart):
            yield RecordPart(part.key, part.observed_at - ORDERS_COUNT_LESS, part.attributes, part.claims)


def _claims(sent: Mapping[str, Any]) -> tuple[Claim, ...]:
    told = an_object(sent.get("customer"))
    found = []
    if (account := text_of(told.get("id"))) is not None:
        found.append(Claim("account_id", account, Assurance.AUTHENTICATED))
    if (email := text_of(sent.get("email") or told.get("email"), longest=320)) is not None:
        found.append(Claim("email", email, Assurance.TYPED))
    if (phone := text_of(sent.get("phone") or told.get("phone"), longest=40)) is not None:
        found.append(Claim("phone", phone, Assurance.TYPED))
    return tuple(found)


def _lines(sent: object) -> Iterator[dict[str, Any]]:
    """The goods: by sku, else by variant or product as the shop numbers them."""
    for one in objects(sent):
        named = (text_of(one.get(name), longest=64) for name in ("sku", "variant_id", "product_id"))
        code = next((found for found in named if found is not None), None)
        if code is not None:
            yield {"sku": code, "quantity": count_of(one.get("quantity"))}
