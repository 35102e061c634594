"""What the shops tell in the tests, in the shape their webhooks have; fields that nobody reads left out."""

from typing import Any

ANNA = {
    "id": 207119551,
    "email": "anna@example.org",
    "verified_email": True,
    "first_name": "Anna",
    "last_name": "Berger",
    "phone": "+436641234567",
    "created_at": "2026-11-01T09:00:00+01:00",
    "updated_at": "2026-11-01T09:00:00+01:00",
    "default_address": {"address1": "Graben 1", "city": "Wien", "zip": "1010", "country_code": "AT"},
    "email_marketing_consent": {"state": "subscribed", "consent_updated_at": "2026-11-01T09:00:00+01:00"},
}

SWEATER: dict[str, Any] = {"id": 11, "sku": "SW-1", "variant_id": 501, "quantity": 1}
MUG: dict[str, Any] = {"id": 12, "sku": "MUG-1", "variant_id": 502, "quantity": 2}
SCARF: dict[str, Any] = {"id": 13, "sku": "SC-1", "variant_id": 503, "quantity": 1}

ORDER: dict[str, Any] = {
    "id": 450789469,
    "name": "#1001",
    "email": "anna@example.org",
    "currency": "EUR",
    "created_at": "2026-11-10T10:00:00+01:00",
    "updated_at": "2026-11-10T10:00:00+01:00",
    "customer": {name: ANNA[name] for name in ("id", "email", "first_name", "last_name", "updated_at")},
    "line_items": [SWEATER, MUG],
}

SHOPIFY: list[tuple[str, dict[str, Any]]] = [
    ("customers/create", {**ANNA, "last_name": "Bergr"}),
    ("customers/update", {**ANNA, "updated_at": "2026-11-02T09:00:00+01:00"}),
    (
        "checkouts/create",
        {
            "id": 981820079,
            "token": "b1946ac92492d2347c6235b4d2611184",
            "email": "anna@example.org",
            "customer": {"id": ANNA["id"], "updated_at": "2026-11-01T09:00:00+01:00"},
            "updated_at": "2026-11-09T10:00:00+01:00",
            "line_items": [SWEATER, MUG, SCARF],
        },
    ),
    ("orders/create", ORDER),
    ("orders/paid", {**ORDER, "updated_at": "2026-11-10T10:00:05+01:00"}),
    (
        "orders/updated",
        {**ORDER, "updated_at": "2026-11-11T10:00:00+01:00", "line_items": [SWEATER, MUG, SCARF]},
    ),
    (
        "refunds/create",
        {
            "id": 509562969,
            "order_id": ORDER["id"],
            "created_at": "2026-11-15T10:00:00+01:00",
            "refund_line_items": [{"id": 1, "quantity": 1, "line_item": MUG}],
        },
    ),
    ("app/uninstalled", {"id": 1}),
]

WOO_ORDER: dict[str, Any] = {
    "id": 727,
    "status": "pending",
    "currency": "EUR",
    "customer_id": 25,
    "date_created_gmt": "2026-11-10T09:00:00",
    "date_modified_gmt": "2026-11-10T09:00:00",
    "billing": {
        "first_name": "Ben",
        "last_name": "Huber",
        "email": "ben@example.org",
        "phone": "06641112233",
    },
    "line_items": [{"id": 315, "product_id": 93, "variation_id": 0, "sku": "WOOL", "quantity": 2}],
}

WOO: list[tuple[str, dict[str, Any]]] = [
    (
        "customer.created",
        {
            "id": 25,
            "email": "ben@example.org",
            "first_name": "Ben",
            "last_name": "Huber",
            "date_created_gmt": "2026-11-09T09:00:00",
            "billing": {"city": "Graz", "postcode": "8010", "country": "AT"},
        },
    ),
    ("order.created", WOO_ORDER),
    ("order.updated", {**WOO_ORDER, "status": "processing", "date_modified_gmt": "2026-11-10T09:01:00"}),
    ("order.updated", {**WOO_ORDER, "status": "completed", "date_modified_gmt": "2026-11-12T09:00:00"}),
    ("order.updated", {**WOO_ORDER, "status": "refunded", "date_modified_gmt": "2026-11-13T09:00:00"}),
    (
        "product.created",
        {
            "id": 93,
            "sku": "WOOL",
            "name": "Wol",
            "regular_price": "4.90",
            "date_modified_gmt": "2026-11-01T09:00:00",
        },
    ),
    (
        "product.updated",
        {
            "id": 93,
            "sku": "WOOL",
            "name": "Wool",
            "regular_price": "5.90",
            "date_modified_gmt": "2026-11-02T09:00:00",
        },
    ),
]
