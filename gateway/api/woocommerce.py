"""The door for WooCommerce's webhooks."""

from flask import request
from werkzeug import Response

from gateway.api.signed import Signed, door
from gateway.connectors import woocommerce

blueprint = door("woocommerce", "Webhooks of WooCommerce shops: orders, customers, products.")

PING = b"webhook_id="
"""What WooCommerce sends, unsigned, when a webhook is saved: it wants to know whether somebody answers."""


def _signed() -> Signed:
    headers = request.headers
    return Signed(
        shop=headers.get("X-WC-Webhook-Source", ""),
        topic=headers.get("X-WC-Webhook-Topic", ""),
        delivery=headers.get("X-WC-Webhook-Delivery-ID", ""),
        signature=headers.get("X-WC-Webhook-Signature", ""),
        takes=woocommerce.TOPICS,
    )


@blueprint.post("")
def take() -> Response:
    """Keep a webhook and say so."""
    if "X-WC-Webhook-Signature" not in request.headers and request.get_data()[: len(PING)] == PING:
        return Response(status=200)
    return _signed().answer("woocommerce")
