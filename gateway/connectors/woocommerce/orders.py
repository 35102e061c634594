"""Orders of a WooCommerce shop.

An order is told again whenever its status changes, and only its newest status is told. So every status that
says something is an event of its own, and which of them comes first does not matter.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.connectors.parts import ORDERS_COUNT_LESS, EventPart, Part, RecordPart, named_by
from gateway.connectors.reading import an_object, count_of, key_of, objects, text_of, time_of
from gateway.connectors.woocommerce import customers
from gateway.connectors.woocommerce.times import CHANGED, MADE
from identity.model import Assurance
from identity.submission import Claim

CARTED: Final = frozenset({"pending", "checkout-draft", "failed"})
BOUGHT: Final = frozenset({"on-hold", "processing", "completed"})
REFUNDED: Final = frozenset({"refunded"})
"""Cancelled is neither: what was never paid came back to nobody."""

GUEST: Final = "0"


def order(sent: Mapping[str, Any], currency: str) -> tuple[Part, ...]:
    """Who buys, and what the order's present status says about its goods."""
    key, status = key_of(sent), text_of(sent.get("status")) or ""
    lines, claims = list(_lines(sent.get("line_items"))), _claims(sent)
    kind = _kind(status)
    if kind is None or not lines or not claims:
        return tuple(_buyer(sent))
    at = MADE if kind != "order_refunded" else CHANGED
    event = EventPart(
        kind=kind,
        message_id=named_by(f"order/{key}/{kind}", lines),
        occurred_at=time_of(sent, *at),
        claims=claims,
        body={"order_id": key, "currency": text_of(sent.get("currency")) or currency, "products": lines},
    )
    return (*_buyer(sent), event)


def _kind(status: str) -> str | None:
    if status in BOUGHT:
        return "order_completed"
    if status in REFUNDED:
        return "order_refunded"
    return "product_carted" if status in CARTED else None


def _account(sent: Mapping[str, Any]) -> str | None:
    found = text_of(sent.get("customer_id"))
    return found if found != GUEST else None


def _buyer(sent: Mapping[str, Any]) -> Iterator[RecordPart]:
    account = _account(sent)
    if account is not None:
        at = time_of(sent, *CHANGED) - ORDERS_COUNT_LESS
        yield RecordPart(account, at, customers.attributes(sent), _claims(sent))


def _claims(sent: Mapping[str, Any]) -> tuple[Claim, ...]:
    account, billing = _account(sent), an_object(sent.get("billing"))
    found = [Claim("account_id", account, Assurance.AUTHENTICATED)] if account is not None else []
    if (email := text_of(billing.get("email"), longest=320)) is not None:
        found.append(Claim("email", email, Assurance.TYPED))
    return (*found, *customers.phone(billing))


def _lines(sent: object) -> Iterator[dict[str, Any]]:
    for one in objects(sent):
        named = (text_of(one.get(name), longest=64) for name in ("sku", "variation_id", "product_id"))
        code = next((found for found in named if found not in {None, GUEST}), None)
        if code is not None:
            yield {"sku": code, "quantity": count_of(one.get("quantity"))}
