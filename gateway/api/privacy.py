"""A shopper's rights: take everything along, be forgotten."""

from flask_smorest import Blueprint
from marshmallow import fields

from gateway.api.fields import text
from gateway.api.shapes import Strict

blueprint = Blueprint("privacy", __name__, url_prefix="/v1/profiles", description="A shopper's rights.")


class EraseSchema(Strict):
    """Why the shopper is forgotten."""

    reason = text(longest=1000, required=True)


class ErasedSchema(Strict):
    """What was erased: numbers only."""

    profile = fields.UUID(required=True)
    records = fields.Integer(required=True)


class ExportSchema(Strict):
    """Everything that is held about the person."""

    class Meta:
        """Whatever there is."""

        unknown = "include"

    identity = fields.Dict(required=True)
    offers = fields.Dict(required=True)
