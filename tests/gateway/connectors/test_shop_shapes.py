"""Deliveries as shops send them beside those of the textbook: nothing of it is refused or given up."""

from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from gateway.inbox import store
from gateway.wiring import Services
from tests.gateway.conftest import Clock
from tests.gateway.connectors import shop_stories, shops


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


@pytest.fixture
def open_shops(services: Services) -> Services:
    """Both shops are connected."""
    shops.connect(services)
    return services


GUEST: dict[str, Any] = {
    "id": 812,
    "status": "processing",
    "customer_id": 0,
    "currency": "EUR",
    "date_created_gmt": "2026-11-10T09:00:00",
    "date_modified_gmt": "2026-11-10T09:00:00",
    "billing": {"first_name": "Eva", "email": "eva@example.org", "phone": ""},
    "line_items": [{"id": 1, "product_id": 93, "variation_id": 0, "quantity": 2, "sku": "", "price": 4.9}],
    "refunds": [{"id": 813, "reason": "", "total": "-4.90"}],
}
OF_VERSION_ONE = {name: value for name, value in GUEST.items() if not name.endswith("_gmt")}
AT_THE_TILL: dict[str, Any] = {
    **shop_stories.ORDER,
    "id": 5,
    "customer": None,
    "email": "",
    "phone": None,
    "line_items": [
        {"id": 1, "sku": None, "variant_id": None, "product_id": None, "title": "Tip", "quantity": 1},
        {"id": 2, "sku": "", "variant_id": 502, "product_id": 12, "quantity": 1, "current_quantity": 0},
    ],
}

TOLD: dict[str, tuple[str, shops.Told, list[str]]] = {
    "a guest's order": ("woocommerce", ("order.created", GUEST), ["order_completed"]),
    "of an older version": (
        "woocommerce",
        ("order.updated", {**OF_VERSION_ONE, "date_created": "2026-11-10T10:00:00"}),
        ["order_completed"],
    ),
    "cancelled": ("woocommerce", ("order.updated", {**GUEST, "status": "cancelled"}), []),
    "a status of a plugin's own": ("woocommerce", ("order.updated", {**GUEST, "status": "shipped"}), []),
    "deleted": ("woocommerce", ("order.deleted", {"id": 812}), []),
    "a coupon": ("woocommerce", ("coupon.created", {"id": 7, "code": "ten"}), []),
    "an action": (
        "woocommerce",
        ("action.woocommerce_add_to_cart", {"action": "woocommerce_add_to_cart", "arg": "a1b2"}),
        [],
    ),
    "a style with variations": (
        "woocommerce",
        ("product.updated", {"id": 9, "type": "variable", "variations": [10], "name": "Shirt"}),
        [],
    ),
    "sold to nobody known": ("shopify", ("orders/create", AT_THE_TILL), []),
    "a test from the shop's own page": (
        "shopify",
        ("orders/create", {**shop_stories.ORDER, "id": 820982911946154508, "test": True}),
        [],
    ),
    "a cart": ("shopify", ("carts/update", {"id": "t0k3n", "token": "t0k3n", "line_items": []}), []),
    "goods of a shop": ("shopify", ("products/update", {"id": 632910392, "variants": []}), []),
    "taken out": ("shopify", ("app/uninstalled", {"id": 548380009, "domain": "shop.example"}), []),
}


@pytest.mark.parametrize("name", TOLD)
def test_whatever_a_shop_tells(open_shops: Services, client: Client, name: str) -> None:
    """It is answered; what says something is known; what says nothing leaves nothing behind."""
    connector, told, kinds = TOLD[name]
    assert shops.send(client, connector, told, delivery="d1").status_code == 200
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        assert store.listing(connection, state="dead", limit=10) == []
        assert list(connection.execute(text("SELECT kind FROM identity.event")).scalars()) == kinds


@pytest.mark.parametrize("mimetype", ["application/x-www-form-urlencoded", "application/json", None])
def test_woocommerce_asks_whether_somebody_answers(client: Client, mimetype: str | None) -> None:
    """Unsigned, when a webhook is saved; a no would switch the webhook off."""
    answer = client.post("/v1/connectors/woocommerce", data=b"webhook_id=3", content_type=mimetype)
    assert answer.status_code == 200
    unsigned = client.post("/v1/connectors/woocommerce", data=b'{"id": 3}', content_type="application/json")
    assert unsigned.status_code == 401
