"""From what happened to what offers remember about products. The door knows both: whose event, which product.

An event's body lists its products as `products: [{"sku", "quantity"}]`, so that the same can be read again
when events move to another record.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from gateway.wire.moments import of_seconds, rfc3339
from offers.interests import interest
from offers.interests.interest import Touch, TouchKind
from offers.model import Want
from offers.retailer import products
from offers.retailer.shop import Article
from offers.service import Context as Offers

KINDS: Final[dict[str, TouchKind]] = {
    "product_viewed": "viewed",
    "products_searched": "searched",
    "product_carted": "carted",
    "cart_removed": "removed",
    "order_completed": "bought",
    "order_refunded": "returned",
}
"""Kind of online event -> what it says about the products it names."""

RECEIPTS: Final = frozenset({"sale", "return"})
"""Kinds of event that name their products line by line."""

MEMBER: Final = "products"


@dataclass(frozen=True, slots=True)
class Said:
    """One event of a record, with the body in which it names products."""

    record_no: int
    kind: str
    at: dt.datetime
    body: Mapping[str, Any]


def mentions(kind: str, body: Mapping[str, Any]) -> set[tuple[str, TouchKind]]:
    """The skus an event names and what it says about each."""
    if kind in RECEIPTS:
        return {
            (line["sku"], "returned" if kind == "return" or line.get("kind") == "return" else "bought")
            for line in _listed(body, "lines")
        }
    touch = KINDS.get(kind)
    return {(one["sku"], touch) for one in _listed(body, MEMBER)} if touch is not None else set()


def _listed(body: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    listed = body.get(member)
    if not isinstance(listed, list):
        return []
    return [one for one in listed if isinstance(one, dict) and isinstance(one.get("sku"), str)]


def note(connection: Connection, said: Sequence[Said], *, adds_products: bool) -> None:
    """Add what new events say. `adds_products`: the sender may name products before the feed does."""
    interest.apply(connection, _touches(connection, said, adds_products=adds_products))


def note_again(connection: Connection, record_nos: Sequence[int], said: Sequence[Said]) -> None:
    """Make the interests of these records what these events say, all of them: after some moved."""
    interest.rebuild(connection, record_nos, _touches(connection, said, adds_products=False))


def _touches(connection: Connection, said: Sequence[Said], *, adds_products: bool) -> Iterable[Touch]:
    told = [(one, sku, touch) for one in said for sku, touch in mentions(one.kind, one.body)]
    skus = sorted({sku for _, sku, _ in told})
    if not skus:
        return []
    numbers = (
        products.ensure(connection, [Article(sku=sku, title=sku) for sku in skus])
        if adds_products
        else products.numbers(connection, skus)
    )
    return [
        Touch(one.record_no, numbers[sku], touch, int(one.at.timestamp()))
        for one, sku, touch in told
        if sku in numbers
    ]


def shown(connection: Connection, offers: Offers, wants: Mapping[int, Want]) -> list[dict[str, Any]]:
    """Interests as the shopper they belong to may read them, newest first."""
    named = offers.assortment.numbered(connection, wants)
    ordered = sorted(wants.values(), key=lambda want: (-max(want[1:]), want.product_no))
    return [
        {
            "sku": named[want.product_no].sku,
            "title": named[want.product_no].title,
            **{
                f"{kind}_at": rfc3339(of_seconds(at_s))
                for kind, at_s in zip(
                    ("viewed", "searched", "carted", "removed", "bought", "returned"), want[1:], strict=True
                )
                if at_s
            },
        }
        for want in ordered
        if want.product_no in named
    ]
