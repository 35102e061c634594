"""A shopper's rights: take everything along, be forgotten."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.forgetting import forget
from gateway.shopping import preferences
from gateway.shopping.interests import shown as interests_of
from gateway.wire.fields import note
from gateway.wire.shapes import Strict
from identity.reading import profiles
from identity.rights import erasure
from offers import erasure as offers_erasure
from offers.interests import interest
from offers.preferences import service

blueprint = Blueprint("privacy", __name__, url_prefix="/v1/profiles", description="A shopper's rights.")


class EraseSchema(Strict):
    """Why the shopper is forgotten."""

    reason = note(longest=1000, required=True)


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


@endpoint(
    blueprint,
    "POST",
    "/<uuid:profile>/erase",
    scopes={Scope.PRIVACY},
    body=EraseSchema,
    answers={200: ErasedSchema},
    writes="once",
)
def erase_profile(call: Call, profile: UUID) -> Answer:
    """Forget a shopper: the person as a whole, in identity and in offers. What money needs is kept without a
    name.
    """
    gone = erasure.erase(
        call.connection, call.services.identity, profile, reason=call.body["reason"], now=call.now
    )
    forget(call.connection, gone, now=call.now)
    return Answer(200, {"profile": profile, "records": len(gone.numbers)})


@endpoint(
    blueprint,
    "POST",
    "/<uuid:profile>/export",
    scopes={Scope.PRIVACY},
    answers={200: ExportSchema},
)
def export_profile(call: Call, profile: UUID) -> Answer:
    """Everything that is held about the person behind a profile. Changes nothing, so it needs no Idempotency-
    Key.
    """
    ctx = call.services.identity
    call.services.offers.log.flush()
    view = profiles.view(call.connection, ctx, profile)
    wants = interest.of_members(call.connection, view.limit_members)
    said = service.of_members(call.connection, view.limit_members, now=call.now)
    found: dict[str, Any] = {
        "identity": erasure.export(call.connection, ctx, profile, now=call.now),
        "offers": {
            "interests": interests_of(call.connection, call.services.offers, wants),
            "preferences": preferences.shown(said),
            **offers_erasure.export(call.connection, view.limit_members),
        },
    }
    return Answer(200, found)
