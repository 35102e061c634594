"""What a steward should look at."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.judgements import author
from gateway.api.rendered import moment_of
from gateway.wire.fields import note, one_of
from gateway.wire.shapes import Strict
from identity.answers import ReviewView
from identity.stewardship import reviews

blueprint = Blueprint(
    "reviews", __name__, url_prefix="/v1/reviews", description="What a steward should look at."
)

MAX_NO = 2**63 - 1


class ReviewsQuerySchema(Strict):
    """Which items."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MAX_NO))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=500))
    kind = fields.String(load_default="", validate=validate.Length(max=200))


class JoinEffectSchema(Strict):
    """What the verdict "same" would do now: these profiles would become one person of so many records."""

    profiles = fields.List(fields.UUID(), required=True)
    left_records = fields.Integer(required=True)
    right_records = fields.Integer(required=True)


class ReviewSchema(Strict):
    """An item; `left` and `right` are record ids."""

    review = fields.Integer(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True)
    left = fields.UUID(required=True)
    right = fields.UUID(required=True, allow_none=True)
    detail = fields.Dict(required=True)
    state = fields.String(required=True)
    opened_at = fields.DateTime(required=True)
    effect = fields.Nested(JoinEffectSchema, required=True, allow_none=True)


class ReviewsSchema(Strict):
    """Open items, oldest first."""

    items = fields.List(fields.Nested(ReviewSchema), required=True)


class DecideSchema(Strict):
    """The decision about an item."""

    verdict = one_of("same", "different", "dismiss", required=True)
    reason = note(longest=1000, required=True)


@endpoint(
    blueprint, "GET", "", scopes={Scope.STEWARD}, query=ReviewsQuerySchema, answers={200: ReviewsSchema}
)
def list_reviews(call: Call) -> Answer:
    """Open items, oldest first."""
    asked = call.query
    kinds = [kind.strip() for kind in asked["kind"].split(",") if kind.strip()]
    items = reviews.open_items(call.connection, after=asked["after"], limit=asked["limit"], kinds=kinds)
    return Answer(200, {"items": [review_of(item) for item in items]})


@endpoint(
    blueprint,
    "POST",
    "/<int:review>",
    scopes={Scope.STEWARD},
    body=DecideSchema,
    answers={200: ReviewSchema},
    writes="once",
)
def decide_review(call: Call, review: int) -> Answer:
    """Decide an item: same and different become a judgement, dismiss only closes it."""
    if review > MAX_NO:
        review = 0
    item = reviews.decide(
        call.connection,
        call.services.identity,
        review,
        call.body["verdict"],
        reason=call.body["reason"],
        author=author(call),
        now=call.now,
    )
    return Answer(200, review_of(item))


def review_of(item: ReviewView) -> dict[str, Any]:
    """An item as it is shown."""
    return {
        "review": item.review_no,
        "kind": item.kind,
        "reason": item.reason,
        "left": item.left,
        "right": item.right,
        "detail": item.detail,
        "state": item.state,
        "opened_at": moment_of(item.opened_at),
        "effect": None
        if item.effect is None
        else {
            "profiles": item.effect.profiles,
            "left_records": item.effect.left_records,
            "right_records": item.effect.right_records,
        },
    }
