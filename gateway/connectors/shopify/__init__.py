"""Shopify's webhooks in our words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.connectors.parts import Part
from gateway.connectors.shopify import customers, orders, privacy

TOPICS: Final[dict[str, Callable[[Mapping[str, Any]], tuple[Part, ...]]]] = {
    **dict.fromkeys(("orders/create", "orders/updated", "orders/paid", "orders/cancelled"), orders.order),
    **dict.fromkeys(("checkouts/create", "checkouts/update"), orders.checkout),
    "refunds/create": orders.refund,
    **dict.fromkeys(
        ("customers/create", "customers/update", "customers/enable", "customers/disable"), customers.customer
    ),
    "customers/delete": customers.gone,
    "customers/data_request": privacy.data_request,
    "customers/redact": privacy.redact,
    "shop/redact": privacy.shop_redact,
}
"""Topic -> what to make of its body. Others are answered and left alone."""
