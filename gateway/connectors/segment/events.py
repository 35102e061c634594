"""The events of Segment's e-commerce spec, version 2, in our words.

An event that is not listed is kept under its own name and says nothing about products.
"""

from typing import Final

EVENTS: Final[dict[str, str]] = {
    "products searched": "products_searched",
    "product clicked": "product_viewed",
    "product viewed": "product_viewed",
    "product shared": "product_viewed",
    "product added to wishlist": "product_viewed",
    "product added": "product_carted",
    "wishlist product added to cart": "product_carted",
    "cart viewed": "product_carted",
    "checkout started": "product_carted",
    "product removed": "cart_removed",
    "order completed": "order_completed",
    "order updated": "order_completed",
    "order refunded": "order_refunded",
    "order cancelled": "order_refunded",
}
"""Event name in lower case -> our kind of event. Lists and promotions that were merely seen are not in it: a
page of fifty products is no interest in fifty.
"""

OTHER: Final = "other"
SPOKEN: Final = {"identify": "identify", "alias": "identify", "page": "page", "screen": "page"}

CONSENT_EVENTS: Final = frozenset({"segment consent preference", "segment consent preference updated"})
"""Sent when a visitor answers the shop's consent banner."""


def is_order(event: object) -> bool:
    """Whether the event is an order as such: page and server may both report it, under the order's number."""
    return isinstance(event, str) and event.strip().lower() == "order completed"


def is_consent(event: object) -> bool:
    """Whether the event is a visitor's answer to the shop's consent banner."""
    return isinstance(event, str) and event.strip().lower() in CONSENT_EVENTS


def kind_of(message_type: str, event: object) -> str:
    """Our kind of event for a message."""
    if message_type == "track":
        return EVENTS.get(event.strip().lower() if isinstance(event, str) else "", OTHER)
    return SPOKEN.get(message_type, OTHER)
