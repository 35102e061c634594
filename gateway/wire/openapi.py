"""The OpenAPI document: made from the same declarations that the routes run with."""

from flask import Flask
from flask_smorest import Api

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


def document(app: Flask) -> Api:
    """The API under which the blueprints are registered."""
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
    return api


class _Api(Api):  # type: ignore[misc]  # the library is untyped
    """flask-smorest's document without its error handler: our own answers problem+json."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to `gateway.app`."""
