"""The retailer's products."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.connectors import scans
from gateway.wire.fields import CURRENCY, count, flag, matching, minor, one_of, text, whole_page
from gateway.wire.shapes import Strict
from offers.errors import UnknownProductError
from offers.retailer import products
from offers.retailer.shop import Article, Counts

blueprint = Blueprint("products", __name__, url_prefix="/v1/products", description="What can be bought.")

READ = {Scope.QUERY, Scope.INGEST, Scope.CAMPAIGN, Scope.ADMIN}
WRITE = {Scope.INGEST, Scope.ADMIN}
MAX_PRODUCTS = 1_000


class ProductSchema(Strict):
    """A product as the feed describes it."""

    title = text(longest=300, required=True)
    gtin = matching(r"^[0-9]{8,14}$", "is 8 to 14 digits")
    category = text(longest=400, about="A path from the root, as in Clothing/Knitwear/Sweaters.")
    brand = text(longest=200)
    group = text(longest=64, about="The style it is a variant of.")
    unit = one_of("each", "kg", "l", "m", default="each")
    currency = matching(CURRENCY, "is an ISO 4217 code, as in EUR")
    price = minor(about="For one unit, in minor units, with tax as the store shows it.")
    cost = minor(about="For one unit, without tax; never leaves the server.")
    tax_rate_bp = count(most=10_000, default=0)
    discountable = flag(
        default=True, about="False for what the law forbids to discount; wins over the till's word."
    )
    minimum_amount = minor(default=0, about="A unit may not be sold below it.")
    sensitive = flag(default=False, about="Never shown because of an interest.")
    image_url = matching(r"^https://[^\s<>\"]{1,1000}$", "is an https address")

    @validates_schema
    def _priced_in_a_currency(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("currency") is None and (data.get("price") is not None or data.get("cost") is not None):
            raise ValidationError("is required where there is a price or cost", "currency")


class NamedProductSchema(ProductSchema):
    """A product and its sku."""

    sku = text(longest=64, required=True)


class ShownProductSchema(Strict):
    """A product as everybody may see it: without cost."""

    sku = fields.String(required=True)
    title = fields.String(required=True)
    gtin = fields.String(required=True, allow_none=True)
    category = fields.String(required=True, allow_none=True)
    brand = fields.String(required=True, allow_none=True)
    group = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True)
    currency = fields.String(required=True, allow_none=True)
    price = fields.Integer(required=True, allow_none=True)
    tax_rate_bp = fields.Integer(required=True)
    discountable = fields.Boolean(required=True)
    minimum_amount = fields.Integer(required=True)
    sensitive = fields.Boolean(required=True)
    image_url = fields.String(required=True, allow_none=True)


class ProductsSchema(Strict):
    """A page of products in the order of their skus."""

    items = fields.List(fields.Nested(ShownProductSchema), required=True)
    next_after = fields.String(required=True, allow_none=True)


class ProductsQuerySchema(Strict):
    """From where on."""

    after = fields.String(load_default="", validate=validate.Length(max=64))
    limit = whole_page()


class PutProductsSchema(Strict):
    """Products to add or change."""

    products = fields.List(
        fields.Nested(NamedProductSchema), required=True, validate=validate.Length(min=1, max=MAX_PRODUCTS)
    )


class CountsSchema(Strict):
    """What was changed; `missing` are skus or stores that do not exist."""

    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    missing = fields.List(fields.String(), required=True)


@endpoint(blueprint, "GET", "", scopes=READ, query=ProductsQuerySchema, answers={200: ProductsSchema})
def list_products(call: Call) -> Answer:
    """The products, in the order of their skus."""
    limit = call.query["limit"]
    found = products.page(call.connection, after=call.query["after"], limit=limit)
    next_after = found[-1].sku if len(found) == limit else None
    return Answer(200, {"items": [product_of(one) for one in found], "next_after": next_after})


@endpoint(
    blueprint,
    "PUT",
    "",
    scopes=WRITE,
    body=PutProductsSchema,
    answers={200: CountsSchema},
    writes="natural",
)
def put_products(call: Call) -> Answer:
    """Add or change many products; all are taken or none."""
    counts = products.put(call.connection, [_article(one["sku"], one) for one in call.body["products"]])
    return Answer(200, counts_of(counts))


@endpoint(blueprint, "GET", "/<path:sku>", scopes=READ, answers={200: ShownProductSchema})
def read_product(call: Call, sku: str) -> Answer:
    """A product."""
    found = products.get(call.connection, sku)
    if found is None:
        raise UnknownProductError
    return Answer(200, product_of(found))


@endpoint(
    blueprint,
    "PUT",
    "/<path:sku>",
    scopes=WRITE,
    body=ProductSchema,
    answers={200: ShownProductSchema},
    writes="natural",
)
def put_product(call: Call, sku: str) -> Answer:
    """Add or change a product."""
    text(longest=64, required=True).deserialize(sku)
    new = _article(sku, call.body)
    products.put(call.connection, [new])
    return Answer(200, product_of(new))


def _article(sku: str, sent: dict[str, Any]) -> Article:
    return Article(
        sku=sku,
        title=sent["title"],
        gtin=scans.canonical_gtin(sent["gtin"]) if sent["gtin"] is not None else None,
        category=sent["category"],
        brand=sent["brand"],
        group=sent["group"],
        unit=sent["unit"],
        currency=sent["currency"],
        price_minor=sent["price"],
        cost_minor=sent["cost"],
        tax_rate_bp=sent["tax_rate_bp"],
        discountable=sent["discountable"],
        minimum_minor=sent["minimum_amount"],
        sensitive=sent["sensitive"],
        image_url=sent["image_url"],
    )


def product_of(one: Article) -> dict[str, Any]:
    """A product as it is shown."""
    return {
        "sku": one.sku,
        "title": one.title,
        "gtin": one.gtin,
        "category": one.category,
        "brand": one.brand,
        "group": one.group,
        "unit": one.unit,
        "currency": one.currency,
        "price": one.price_minor,
        "tax_rate_bp": one.tax_rate_bp,
        "discountable": one.discountable,
        "minimum_amount": one.minimum_minor,
        "sensitive": one.sensitive,
        "image_url": one.image_url,
    }


def counts_of(counts: Counts) -> dict[str, Any]:
    """What a batch did, as it is shown."""
    return {"added": counts.added, "changed": counts.changed, "missing": counts.unknown}
