"""A marketer's word beside the formula: pin, boost or ban a campaign or a product on screens."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.api.campaigns import CAMPAIGN, by
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.wire.fields import Moment, note, one_of, whole_page
from gateway.wire.fields import count as whole
from gateway.wire.problems import Problem
from gateway.wire.shapes import Strict
from offers.overrides import service
from offers.overrides.rules import ACTIONS, KINDS, Kind
from offers.overrides.store import Said

blueprint = Blueprint(
    "overrides", __name__, url_prefix="/v1/overrides", description="A word beside the formula."
)


class OverrideSchema(Strict):
    """What to do with it, how long, and why."""

    action = one_of(*ACTIONS, required=True)
    factor_bp = whole(least=1, most=1_000_000, default=10_000, about="For a boost: 20000 counts double.")
    until = Moment(load_default=None, allow_none=True)
    reason = note(longest=500, required=True)


class SaidSchema(Strict):
    """A word, who said it, why, and who took it back."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    subject = fields.String(required=True)
    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    factor_bp = fields.Integer(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    author = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True)
    lifted_by = fields.String(required=True, allow_none=True)
    lifted_at = fields.DateTime(required=True, allow_none=True)


class OverridesSchema(Strict):
    """The newest first."""

    items = fields.List(fields.Nested(SaidSchema), required=True)


class OverridesQuerySchema(Strict):
    """How many."""

    limit = whole_page()


@endpoint(blueprint, "GET", "", scopes=CAMPAIGN, query=OverridesQuerySchema, answers={200: OverridesSchema})
def list_overrides(call: Call) -> Answer:
    """Who pinned, boosted or banned what, and who took it back."""
    found = service.newest(call.connection, limit=call.query["limit"])
    return Answer(200, {"items": [_said_of(one) for one in found]})


@endpoint(
    blueprint,
    "PUT",
    "/<kind>/<subject>",
    scopes=CAMPAIGN,
    body=OverrideSchema,
    answers={200: SaidSchema},
    writes="natural",
)
def put_override(call: Call, kind: str, subject: str) -> Answer:
    """Pin, boost or ban a campaign (by id) or a product (by sku) on screens; prices stay as they are."""
    asked = call.body
    said = service.put(
        call.connection,
        _kind(kind),
        subject,
        asked["action"],
        by(call, asked["reason"]),
        factor_bp=asked["factor_bp"],
        until_at=asked["until"],
    )
    return Answer(200, _said_of(said))


@endpoint(blueprint, "DELETE", "/<kind>/<subject>", scopes=CAMPAIGN, answers={204: None}, writes="natural")
def lift_override(call: Call, kind: str, subject: str) -> Answer:
    """Leave it to the formula again."""
    service.lift(call.connection, _kind(kind), subject, by(call, None))
    return Answer(204)


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Problem("not_found", "Overrides are about a campaign or a product.")
    return kind


def _said_of(one: Said) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "subject": one.subject,
        "action": one.action,
        "factor_bp": one.factor_bp,
        "until": moment_of(one.until_at) if one.until_at is not None else None,
        "author": one.author,
        "reason": one.reason,
        "at": moment_of(one.at),
        "lifted_by": one.lifted_by,
        "lifted_at": moment_of(one.lifted_at) if one.lifted_at is not None else None,
    }
