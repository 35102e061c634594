"""The retailer's stores."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, validate

from gateway.access.security import Scope, speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.wire.fields import CURRENCY, code, country_code, matching, one_of, text, whole_page
from gateway.wire.shapes import Strict
from offers.retailer import stores
from offers.retailer.shop import Store

blueprint = Blueprint("stores", __name__, url_prefix="/v1/stores", description="Where shoppers come in.")

READ = {Scope.QUERY, Scope.REDEEM, Scope.INGEST, Scope.CAMPAIGN, Scope.ADMIN}


def _is_zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError("is an IANA time zone, as in Europe/Vienna") from None


class StoreSchema(Strict):
    """A store. Offers are priced by its clock, in its currency, with its way of showing tax."""

    name = text(longest=200, required=True)
    zone = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=64), _is_zone],
        metadata={"description": "An IANA time zone, as in Europe/Vienna.", "example": "Europe/Vienna"},
    )
    currency = matching(CURRENCY, "is an ISO 4217 code, as in EUR", required=True)
    country = country_code(required=True)
    tax = one_of("included", "excluded", default="included", about="Whether shelf prices contain tax.")
    region = text(longest=100)


class ShownStoreSchema(StoreSchema):
    """A store and its code."""

    store = code(required=True)


class StoresSchema(Strict):
    """A page of stores in the order of their codes."""

    items = fields.List(fields.Nested(ShownStoreSchema), required=True)
    next_after = fields.String(required=True, allow_none=True)


class StoresQuerySchema(Strict):
    """From where on."""

    after = fields.String(load_default="", validate=validate.Length(max=64))
    limit = whole_page()


@endpoint(blueprint, "GET", "", scopes=READ, query=StoresQuerySchema, answers={200: StoresSchema})
def list_stores(call: Call) -> Answer:
    """The stores, in the order of their codes."""
    limit = call.query["limit"]
    found = stores.page(call.connection, after=call.query["after"], limit=limit)
    next_after = found[-1].code if len(found) == limit else None
    return Answer(200, {"items": [store_of(one) for one in found], "next_after": next_after})


@endpoint(blueprint, "GET", "/<store>", scopes=READ, answers={200: ShownStoreSchema})
def read_store(call: Call, store: str) -> Answer:
    """A store."""
    return Answer(200, store_of(stores.get(call.connection, store)))


@endpoint(
    blueprint,
    "PUT",
    "/<store>",
    scopes={Scope.ADMIN},
    body=StoreSchema,
    answers={200: ShownStoreSchema},
    writes="natural",
)
def put_store(call: Call, store: str) -> Answer:
    """Add or change a store."""
    speaks_for_store(call.principal, store)
    code_of_path(store)
    new = Store(code=store, **call.body)
    stores.put(call.connection, [new])
    return Answer(200, store_of(new))


def code_of_path(value: str) -> None:
    """Raise ValidationError unless a path's part has the form of a code."""
    code(required=True).deserialize(value)


def store_of(one: Store) -> dict[str, Any]:
    """A store as it is shown."""
    return {
        "store": one.code,
        "name": one.name,
        "zone": one.zone,
        "currency": one.currency,
        "country": one.country,
        "tax": one.tax,
        "region": one.region,
    }
