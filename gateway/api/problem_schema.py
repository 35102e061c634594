"""The published shape of every refusal (RFC 9457)."""

from marshmallow import INCLUDE, Schema, fields

from gateway.wire.problems import KINDS


class PlaceSchema(Schema):
    """One place that needs a change."""

    pointer = fields.String(required=True, metadata={"description": "A JSON pointer into the body."})
    detail = fields.String(required=True, metadata={"description": "What to do about it."})


class ProblemSchema(Schema):
    """A refusal. `code` is the contract: branch on it."""

    class Meta:
        """Some problems carry more, such as what is stored instead."""

        unknown = INCLUDE

    type = fields.String(required=True, metadata={"description": "Where the problem is explained."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"enum": sorted(KINDS)})
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(PlaceSchema))
