"""What a shopper has in points."""

from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.wire.shapes import Strict
from identity.reading import profiles
from offers.points import account

blueprint = Blueprint("points", __name__, url_prefix="/v1/profiles", description="What a shopper has.")


class BalanceSchema(Strict):
    """Points to spend; those that wait until their goods can no longer come back; those owed."""

    profile = fields.UUID(required=True)
    spendable = fields.Integer(required=True)
    pending = fields.Integer(required=True)
    owed = fields.Integer(required=True)


@endpoint(
    blueprint,
    "GET",
    "/<uuid:profile>/points",
    scopes={Scope.PROFILE_READ, Scope.REDEEM},
    answers={200: BalanceSchema},
)
def read_points(call: Call, profile: UUID) -> Answer:
    """The balance of a profile: what its records earned, spent and owe."""
    view = profiles.view(call.connection, call.services.identity, profile)
    found = account.balance(call.connection, view.members, now=call.now)
    return Answer(
        200,
        {
            "profile": view.profile,
            "spendable": found.spendable,
            "pending": found.pending,
            "owed": found.owed,
        },
    )
