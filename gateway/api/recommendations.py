"""What a shop's own pages may recommend to a shopper: what she left in the cart, what she buys again, what
goes with it.
"""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.wire.fields import code, one_of, whole_page
from gateway.wire.moments import of_seconds
from gateway.wire.shapes import Strict
from identity.reading import profiles
from offers.model import CHANNELS
from offers.preferences import service as preferences
from offers.recommendations import service
from offers.recommendations.rules import REASONS, Recommendation

blueprint = Blueprint(
    "recommendations", __name__, url_prefix="/v1/profiles", description="What to recommend to a shopper."
)


class RecommendationsQuery(Strict):
    """Where it is shown, and how much of it."""

    limit = whole_page(50, default=10)
    channel = one_of(*CHANNELS, default="web")
    store = code(about="Leave out what this store has sold out.")


class RecommendedSchema(Strict):
    """One product and why."""

    sku = fields.String(required=True)
    title = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    price = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))
    because = fields.String(
        required=True, allow_none=True, metadata={"description": "The sku that it is bought together with."}
    )
    at = fields.DateTime(required=True, metadata={"description": "When that interest was last shown."})


class RecommendationsSchema(Strict):
    """What to recommend, best first; nothing without her consent to personal offers."""

    profile = fields.UUID(required=True)
    personal = fields.String(required=True, validate=validate.OneOf(["yes", "no_consent", "quiet_channel"]))
    recommendations = fields.List(fields.Nested(RecommendedSchema), required=True)


@endpoint(
    blueprint,
    "GET",
    "/<uuid:profile>/recommendations",
    scopes={Scope.PROFILE_READ},
    query=RecommendationsQuery,
    answers={200: RecommendationsSchema},
)
def read_recommendations(call: Call, profile: UUID) -> Answer:
    """What all her channels taught us, as far as she agreed: purchases in the store count online when she
    lets channels be joined.
    """
    view = profiles.view(call.connection, call.services.identity, profile)
    said = preferences.respected_now(call.connection, view.members, now=call.now)
    if not view.personal:
        return _answer(view.profile, "no_consent", [])
    if said is not None and call.query["channel"] in said.channels:
        return _answer(view.profile, "quiet_channel", [])
    found = service.of_members(
        call.connection,
        call.services.offers,
        view.members,
        now=call.now,
        most=call.query["limit"],
        in_store=call.query["store"],
    )
    return _answer(view.profile, "yes", found)


def _answer(profile: UUID, personal: str, found: list[Recommendation]) -> Answer:
    shown = [_shown(one) for one in found]
    return Answer(200, {"profile": profile, "personal": personal, "recommendations": shown})


def _shown(one: Recommendation) -> dict[str, Any]:
    return {
        "sku": one.product.sku,
        "title": one.product.title,
        "category": one.product.category,
        "currency": one.product.currency,
        "price": one.product.price_minor,
        "reason": one.reason,
        "because": one.because.sku if one.because is not None else None,
        "at": moment_of(of_seconds(one.at_s)),
    }
