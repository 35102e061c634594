"""What lies on the shelves."""

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.products import READ, WRITE, CountsSchema, counts_of
from gateway.shopping.till import decimal, milli
from gateway.wire.fields import code, matching, text
from gateway.wire.shapes import Strict
from offers.retailer import products, stores
from offers.retailer.shop import Shelf

blueprint = Blueprint("stock", __name__, url_prefix="/v1/stock", description="What lies on the shelves.")

AT_HAND = r"^-?[0-9]{1,7}(\.[0-9]{1,3})?$"
MAX_SHELVES = 5_000


class ShelfSchema(Strict):
    """What a store has at hand of a product."""

    store = code(required=True)
    sku = text(longest=64, required=True)
    quantity = matching(
        AT_HAND,
        'is a decimal string with at most 3 decimals, as in "12" or "0.482"',
        required=True,
        about="May be below zero: tills sell what the books no longer have.",
    )


class PutStockSchema(Strict):
    """Shelves to set."""

    stock = fields.List(
        fields.Nested(ShelfSchema), required=True, validate=validate.Length(min=1, max=MAX_SHELVES)
    )


class StockQuerySchema(Strict):
    """Which products."""

    sku = fields.String(
        required=True,
        validate=validate.Length(min=1, max=6_500),
        metadata={"description": "One sku or several, separated by commas; at most 100."},
    )


class StockSchema(Strict):
    """What a store has at hand; products it never had are left out."""

    store = fields.String(required=True)
    stock = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


@endpoint(
    blueprint, "PUT", "", scopes=WRITE, body=PutStockSchema, answers={200: CountsSchema}, writes="natural"
)
def put_stock(call: Call) -> Answer:
    """Set what stores have at hand; what is not named stays as it is."""
    shelves = []
    for one in call.body["stock"]:
        speaks_for_store(call.principal, one["store"])
        shelves.append(Shelf(one["store"], one["sku"], signed_milli(one["quantity"])))
    return Answer(200, counts_of(products.put_stock(call.connection, shelves)))


@endpoint(blueprint, "GET", "/<store>", scopes=READ, query=StockQuerySchema, answers={200: StockSchema})
def read_stock(call: Call, store: str) -> Answer:
    """What a store has at hand of some products."""
    speaks_for_store(call.principal, store)
    stores.get(call.connection, store)
    skus = [sku.strip() for sku in call.query["sku"].split(",") if sku.strip()][:100]
    found = products.stock(call.connection, store, skus)
    return Answer(200, {"store": store, "stock": {sku: signed_decimal(n) for sku, n in found.items()}})


def signed_milli(quantity: str) -> int:
    """A decimal string, perhaps below zero, as whole thousandths."""
    return -milli(quantity[1:]) if quantity.startswith("-") else milli(quantity)


def signed_decimal(quantity_milli: int) -> str:
    """Thousandths, perhaps below zero, as a decimal string."""
    return f"-{decimal(-quantity_milli)}" if quantity_milli < 0 else decimal(quantity_milli)
