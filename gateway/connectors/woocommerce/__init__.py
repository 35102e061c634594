"""WooCommerce's webhooks in our words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.connectors.parts import Part
from gateway.connectors.woocommerce import customers, orders, products

TOPICS: Final[dict[str, Callable[[Mapping[str, Any], str], tuple[Part, ...]]]] = {
    **dict.fromkeys(("order.created", "order.updated", "order.restored"), orders.order),
    **dict.fromkeys(("customer.created", "customer.updated"), customers.customer),
    "customer.deleted": customers.gone,
    **dict.fromkeys(("product.created", "product.updated", "product.restored"), products.product),
}
"""Topic -> what to make of its body and the shop's currency. Others are answered and left alone."""
