"""The generated world in the words of the door: what its systems would send, so that loading runs the door's
own code.
"""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from gateway.demo import files
from gateway.demo.patrons import Patron
from gateway.demo.rows import Row
from gateway.demo.shop import Basket, BasketLine, Shop
from gateway.demo.visits import Visit
from gateway.shopping import till
from identity.model import Assurance
from identity.submission import Claim, Statement, Submission

_EVENTS = {
    "product_viewed": "Product Viewed",
    "products_searched": "Products Searched",
    "product_carted": "Product Added",
    "cart_removed": "Product Removed",
}


def submission(row: Row) -> Submission:
    """The record as identity takes it from the door, sent by a server of the retailer's."""
    return Submission(
        source=row.source,
        key=row.key,
        attributes=row.attributes,
        identifiers=tuple(
            Claim(
                known.type,
                known.value,
                Assurance[known.assurance.upper()],
                valid_to=files.moment(known.valid_to) if known.valid_to else None,
            )
            for known in row.identifiers
        ),
        consents=tuple(
            Statement(said.purpose, said.granted, files.moment(said.day), "demo") for said in row.consents
        ),
        observed_at=files.moment(row.day),
        country=row.attributes.get("country"),
    )


def message(visit: Visit) -> dict[str, Any]:
    """The visit as a Segment client of the shop's server sends it."""
    sent: dict[str, Any] = {
        "type": "identify" if visit.kind == "sign_in" else "track",
        "messageId": visit.message_id,
        "anonymousId": visit.browser,
        "timestamp": visit.at.isoformat(),
    }
    if visit.account:
        sent["userId"] = visit.account
    if visit.kind != "sign_in":
        sent["event"] = _EVENTS[visit.kind]
        sent["properties"] = {"sku": visit.sku}
    return sent


def sale(basket: Basket, patron: Patron, shop: Shop) -> dict[str, Any]:
    """The receipt as a till sends it to `POST /v1/transactions`."""
    store = shop.stores[basket.store]
    paid = sum(line.amount_minor for line in basket.lines)
    tender: dict[str, Any] = {"type": "cash", "amount": paid}
    if patron.payment_reference:
        tender = {"type": "card", "token": patron.payment_reference, "amount": paid}
    shown = [{"type": one.type, "value": one.value, "entry": one.entry} for one in patron.shown]
    return {
        "transaction": {
            "store": basket.store,
            "terminal": basket.terminal,
            "business_day": basket.at.astimezone(ZoneInfo(store.zone)).date().isoformat(),
            "number": basket.number,
        },
        "kind": "sale",
        "occurred_at": basket.at.astimezone(UTC).isoformat(),
        "shoppers": [{"identifiers": shown}] if shown else [],
        "basket": {
            "currency": store.currency,
            "tax": store.tax,
            "complete": True,
            "lines": [
                {
                    "line": str(number),
                    "sku": line.sku,
                    "unit": shop.articles[line.sku].unit,
                    "quantity": till.decimal(line.quantity_milli),
                    "amount": line.amount_minor,
                    "already": _already(line),
                }
                for number, line in enumerate(basket.lines, start=1)
            ],
        },
        "tenders": [tender],
    }


def _already(line: BasketLine) -> list[dict[str, Any]]:
    taken = (("member_price", line.member_minor), ("promotion", line.promotion_minor))
    return [{"kind": kind, "amount": amount} for kind, amount in taken if amount]
