"""The door for WooCommerce's webhooks."""

from flask import request
from werkzeug import Response

from gateway.api.endpoint import refused
from gateway.api.signed import Signed, door
from gateway.connectors import woocommerce
from gateway.wire import body as bodies
from gateway.wire.problems import Problem

blueprint = door("woocommerce", "Webhooks of WooCommerce shops: orders, customers, products.")

PING = b"webhook_id="
"""What WooCommerce sends, unsigned, when a webhook is saved: it wants to know whether somebody answers."""

LONGEST_PING = 100


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
    if "X-WC-Webhook-Signature" in request.headers:
        return _signed().answer("woocommerce")
    try:
        return _pinged()
    except Problem as problem:
        return refused(problem)


def _pinged() -> Response:
    """Raises Problem when what nobody signed is more than a ping."""
    if not bodies.raw_body(request, most=LONGEST_PING).startswith(PING):
        raise Problem("bad_signature", "No shop that we know signed these bytes.")
    return Response(status=200)
