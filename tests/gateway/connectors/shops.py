"""Shops as the tests know them: what they send, how they sign it, and what is left of it in the end."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.test import Client, TestResponse

from gateway.inbox import batches, shops, work
from gateway.wiring import Services
from identity.rights import erasure
from offers.interests import interest
from offers.retailer import products

SECRET = "hush"
SHOPIFY = "anna-knits.myshopify.com"
WOO = "https://wolle.example/"

Told = tuple[str, dict[str, Any]]
"""Topic and body."""


def connect(services: Services) -> None:
    """Both shops, with the same secret."""
    with services.database.transaction() as connection:
        for connector, name in (("shopify", SHOPIFY), ("woocommerce", WOO)):
            shops.add(
                connection,
                services.identity.vault,
                connector,
                name,
                source=connector,
                secret=SECRET,
                now=services.clock(),
            )


def send(client: Client, connector: str, told: Told, *, delivery: str, secret: str = SECRET) -> TestResponse:
    """A webhook as the shop sends it."""
    topic, body = told
    raw = json.dumps(body).encode()
    signed = headers(connector, topic, delivery, raw, secret=secret)
    return client.post(f"/v1/connectors/{connector}", data=raw, headers=signed)


def headers(connector: str, topic: str, delivery: str, raw: bytes, *, secret: str = SECRET) -> dict[str, str]:
    """What a shop says beside a webhook."""
    signature = base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()
    return (
        _shopify(topic, delivery, signature) if connector == "shopify" else _woo(topic, delivery, signature)
    )


def _shopify(topic: str, delivery: str, signature: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-Shopify-Shop-Domain": SHOPIFY,
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": delivery,
        "X-Shopify-Hmac-Sha256": signature,
    }


def _woo(topic: str, delivery: str, signature: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": WOO,
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Delivery-ID": delivery,
        "X-WC-Webhook-Signature": signature,
    }


def work_off(services: Services, *, most: int = 1_000) -> int:
    """Does what the worker does until nothing is due, or so many parts; returns how many."""
    for number in range(most):
        is_more = batches.step(services, now=services.clock())
        with services.database.transaction() as connection:
            is_more |= work.step(connection, services, now=services.clock())
        if not is_more:
            return number
    return most


def what_is_known(services: Services, accounts: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
    """All that is held about these (source, key), without what differs from run to run."""
    with services.database.transaction() as connection:
        return {
            f"{source}/{key}": _of_record(connection, services, source, key) for source, key in accounts
        } | {"products": [(one.sku, one.title, one.price_minor) for one in products.page(connection)]}


def _of_record(connection: Any, services: Services, source: str, key: str) -> Any:
    from identity.errors import ErasedError, UnknownRecordError
    from identity.register import records

    try:
        view = records.get(connection, services.identity, source, key)
    except (UnknownRecordError, ErasedError) as error:
        return type(error).__name__
    found = erasure.export(connection, services.identity, view.profile, now=services.clock())
    wants = interest.of_members(connection, [view.record_no])
    return {
        "attributes": view.attributes,
        "identifiers": sorted((one.type, one.value, int(one.assurance)) for one in view.identifiers),
        "events": sorted(
            json.dumps([e["kind"], e["occurred_at"], e["body"]], sort_keys=True) for e in found["events"]
        ),
        "consents": sorted((one["purpose"], one["granted"]) for one in found["consents"]),
        "wants": sorted(want[1:] for want in wants.values()),
    }
