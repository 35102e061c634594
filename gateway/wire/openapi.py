"""The OpenAPI document: made from the same declarations that the routes run with.

Making it takes longer than all else of starting a worker, so it is made when somebody asks for it.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

from gateway.wire.fields import Day, Moment

ABOUT = """
Tills, kiosks and shops ask here who somebody is and which price is worth offering now.

Amounts are integers in minor units of the basket's currency. Quantities and unit prices are decimal
strings; a JSON number is refused where a decimal string is due. Times are RFC 3339 with a zone, business
days are dates the till sends. Unknown members are refused, so a typing error is noticed. Every refusal is
`application/problem+json` with a `code` to branch on.

A call that changes something needs an `Idempotency-Key`, unless it carries a natural key of its own (a
transaction, a message id).
"""


def document(blueprints: Iterable[Blueprint]) -> dict[str, Any]:
    """The document of these routes, in this order; an application is made for it that answers nobody."""
    app = Flask("gateway", static_folder=None)
    app.config.update(
        API_TITLE="O2O gateway",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
        API_SPEC_OPTIONS={
            "info": {"description": ABOUT.strip()},
            "components": {
                "securitySchemes": {
                    "key": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "An API key, `o2o_...`, with one of the listed scopes.",
                    },
                    "write_key": {
                        "type": "http",
                        "scheme": "basic",
                        "description": "Event clients send the key as the user name, with no password.",
                    },
                }
            },
        },
    )
    api = _Api(app)
    api.register_field(Moment, "string", "date-time")
    api.register_field(Day, "string", "date")
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    described: dict[str, Any] = api.spec.to_dict()
    return described


class _Api(Api):  # type: ignore[misc]  # the library is untyped
    """flask-smorest's document without its own shape of errors: ours is problem+json."""

    DEFAULT_ERROR_RESPONSE_NAME = None
