"""The change feed: what happened to profiles, gapless and in order."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.api.reviews import MAX_NO
from gateway.wire.shapes import Strict
from identity.answers import ChangeView
from identity.reading import changes

blueprint = Blueprint("changes", __name__, url_prefix="/v1/changes", description="What happened to profiles.")


class ChangesQuerySchema(Strict):
    """From where on."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MAX_NO))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1000))


class ChangeSchema(Strict):
    """One change."""

    position = fields.Integer(required=True)
    kind = fields.String(required=True)
    profile = fields.UUID(required=True)
    body = fields.Dict(required=True)
    at = fields.DateTime(required=True)


class ChangesSchema(Strict):
    """Changes in order; ask again after the last position."""

    items = fields.List(fields.Nested(ChangeSchema), required=True)
    next_after = fields.Integer(required=True)


@endpoint(
    blueprint, "GET", "", scopes={Scope.PROFILE_READ}, query=ChangesQuerySchema, answers={200: ChangesSchema}
)
def read_changes(call: Call) -> Answer:
    """Changes after a position. They carry ids only; what is empty now may be filled a second later."""
    asked = call.query
    found = changes.read(call.connection, after=asked["after"], limit=asked["limit"])
    next_after = found[-1].position if found else asked["after"]
    return Answer(200, {"items": [change_of(change) for change in found], "next_after": next_after})


def change_of(change: ChangeView) -> dict[str, Any]:
    """A change as it is shown."""
    return {
        "position": change.position,
        "kind": change.kind,
        "profile": change.profile,
        "body": change.body,
        "at": moment_of(change.at),
    }
