"""The kill switch: all offers, a store's or a campaign's end at once and come back at once."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope, speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.judgements import author
from gateway.api.rendered import moment_of
from gateway.wire.fields import note
from gateway.wire.problems import Problem
from gateway.wire.shapes import Strict
from offers.marketing import stops
from offers.marketing.campaigns import Author
from offers.marketing.store_stops import Stop

blueprint = Blueprint("stops", __name__, url_prefix="/v1/stops", description="The kill switch.")

MAY_STOP = {Scope.CAMPAIGN, Scope.ADMIN}
SCOPES = ("all", "store", "campaign")


class StopReasonSchema(Strict):
    """Why, for whoever wonders where the offers went."""

    reason = note(longest=500, required=True)


class StopSchema(Strict):
    """A standing stop; `subject` is a store's code or a campaign's id, empty for all."""

    stop = fields.UUID(required=True)
    scope = fields.String(required=True, validate=validate.OneOf(SCOPES))
    subject = fields.String(required=True)
    author = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True)


class StopsSchema(Strict):
    """The standing stops, oldest first."""

    items = fields.List(fields.Nested(StopSchema), required=True)


@endpoint(blueprint, "GET", "", scopes=MAY_STOP, answers={200: StopsSchema})
def list_stops(call: Call) -> Answer:
    """What is stopped now."""
    return Answer(200, {"items": [_stop_of(one) for one in stops.standing(call.connection)]})


@endpoint(
    blueprint,
    "PUT",
    "/all",
    scopes=MAY_STOP,
    body=StopReasonSchema,
    answers={200: StopSchema},
    writes="natural",
)
def stop_everything(call: Call) -> Answer:
    """Offer nothing anywhere from this moment on."""
    return _stopped(call, "all", "")


@endpoint(blueprint, "DELETE", "/all", scopes=MAY_STOP, answers={204: None}, writes="natural")
def lift_everything(call: Call) -> Answer:
    """Offer again; stops of single stores and campaigns stand."""
    return _lifted(call, "all", "")


@endpoint(
    blueprint,
    "PUT",
    "/store/<store>",
    scopes=MAY_STOP,
    body=StopReasonSchema,
    answers={200: StopSchema},
    writes="natural",
)
def stop_store(call: Call, store: str) -> Answer:
    """Offer nothing in a store from this moment on."""
    speaks_for_store(call.principal, store)
    return _stopped(call, "store", store)


@endpoint(blueprint, "DELETE", "/store/<store>", scopes=MAY_STOP, answers={204: None}, writes="natural")
def lift_store(call: Call, store: str) -> Answer:
    """Offer in a store again."""
    speaks_for_store(call.principal, store)
    return _lifted(call, "store", store)


@endpoint(
    blueprint,
    "PUT",
    "/campaign/<campaign>",
    scopes=MAY_STOP,
    body=StopReasonSchema,
    answers={200: StopSchema},
    writes="natural",
)
def stop_campaign(call: Call, campaign: str) -> Answer:
    """Offer nothing of a campaign from this moment on."""
    return _stopped(call, "campaign", campaign)


@endpoint(blueprint, "DELETE", "/campaign/<campaign>", scopes=MAY_STOP, answers={204: None}, writes="natural")
def lift_campaign(call: Call, campaign: str) -> Answer:
    """Offer a campaign again."""
    return _lifted(call, "campaign", campaign)


def _stopped(call: Call, scope: stops.Scope, subject: str) -> Answer:
    _everywhere(call, scope)
    by = Author(name=author(call), at=call.now, reason=call.body["reason"])
    new_id = call.services.offers.new_id()
    return Answer(200, _stop_of(stops.stop(call.connection, new_id, scope, subject, by)))


def _lifted(call: Call, scope: stops.Scope, subject: str) -> Answer:
    _everywhere(call, scope)
    by = Author(name=author(call), at=call.now)
    stops.lift(call.connection, scope, subject, by)
    return Answer(204)


def _everywhere(call: Call, scope: stops.Scope) -> None:
    """A key of some stores switches those off, not the chain."""
    if scope != "store" and call.principal.stores is not None:
        raise Problem("wrong_store", "This key is bound to some stores; it may stop those only.")


def _stop_of(one: Stop) -> dict[str, Any]:
    return {
        "stop": one.id,
        "scope": one.scope,
        "subject": one.subject,
        "author": one.author,
        "reason": one.reason,
        "at": moment_of(one.at),
    }
