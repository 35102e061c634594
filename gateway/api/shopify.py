"""The door for Shopify's webhooks."""

from flask import request
from werkzeug import Response

from gateway.api.signed import Signed, door
from gateway.connectors import shopify

blueprint = door("shopify", "Webhooks of Shopify shops: orders, checkouts, refunds, customers, privacy.")


def _signed() -> Signed:
    headers = request.headers
    return Signed(
        shop=headers.get("X-Shopify-Shop-Domain", ""),
        topic=headers.get("X-Shopify-Topic", ""),
        delivery=headers.get("X-Shopify-Webhook-Id", ""),
        signature=headers.get("X-Shopify-Hmac-Sha256", ""),
        takes=shopify.TOPICS,
    )


@blueprint.post("")
def take() -> Response:
    """Keep a webhook and say so."""
    return _signed().answer("shopify")
