"""How shoppers want to be treated: what not to show them, where to stay quiet, what was for somebody else."""

import datetime as dt
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.shopping import preferences
from gateway.wire.fields import Moment, one_of, text
from gateway.wire.shapes import Strict, many
from identity.reading import profiles
from offers.model import CHANNELS
from offers.preferences import service

blueprint = Blueprint(
    "preferences", __name__, url_prefix="/v1/profiles", description="How shoppers want to be treated."
)

MOST = 200
LAST = dt.datetime(2099, 12, 31, tzinfo=dt.UTC)


class HiddenSchema(Strict):
    """A product (sku), a category with all below it, or a campaign that is not to be shown."""

    kind = one_of("product", "category", "campaign", required=True)
    subject = text(longest=200, required=True)
    until = Moment(
        load_default=None,
        allow_none=True,
        validate=validate.Range(max=LAST, error="is later than {max}"),
        metadata={"description": "Snoozed until then; null: for good."},
    )


class GiftSchema(Strict):
    """A product that was looked at or bought for somebody else."""

    sku = text(longest=64, required=True)
    until = Moment(
        load_default=None,
        allow_none=True,
        validate=validate.Range(max=LAST, error="is later than {max}"),
        metadata={"description": "All interest up to then was for somebody else; null: up to now."},
    )


class PreferencesSchema(Strict):
    """All preferences at once: what is left out no longer holds."""

    hidden = many(HiddenSchema, most=MOST)
    quiet_channels = fields.List(
        one_of(*CHANNELS, required=True),
        load_default=list,
        validate=validate.Length(max=len(CHANNELS)),
        metadata={"description": "Nothing personal is shown there."},
    )
    gifts = many(GiftSchema, most=MOST)


class ShownPreferencesSchema(PreferencesSchema):
    """The preferences that hold now, over all records of the profile."""

    profile = fields.UUID(required=True)


@endpoint(
    blueprint,
    "GET",
    "/<uuid:profile>/preferences",
    scopes={Scope.PROFILE_READ, Scope.PRIVACY},
    answers={200: ShownPreferencesSchema},
)
def read_preferences(call: Call, profile: UUID) -> Answer:
    """How the shopper wants to be treated. The answer without `profile` is a body for PUT."""
    view = profiles.view(call.connection, call.services.identity, profile)
    said = service.of_members(call.connection, view.members, now=call.now)
    return Answer(200, {"profile": view.profile, **preferences.shown(said)})


@endpoint(
    blueprint,
    "PUT",
    "/<uuid:profile>/preferences",
    scopes={Scope.PRIVACY},
    body=PreferencesSchema,
    answers={200: ShownPreferencesSchema},
    writes="natural",
)
def put_preferences(call: Call, profile: UUID) -> Answer:
    """Replace the preferences. They hold from the next query on, and for every part of the person, should it
    be taken apart.
    """
    view = profiles.view(call.connection, call.services.identity, profile)
    wanted = preferences.statements(call.body, now=call.now)
    said = service.replace(call.connection, view.members, wanted, now=call.now)
    return Answer(200, {"profile": view.profile, **preferences.shown(said)})
