"""Profiles as they may be shown: attributes, history, records, and how they came together."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.records import ShownIdentifierSchema, ShownRecordSchema, record_of
from gateway.api.rendered import masked_identifier, moment_of
from gateway.wire.fields import Moment
from gateway.wire.problems import Place, Problem
from gateway.wire.shapes import Strict
from identity.answers import EventView, ProfileView
from identity.events import history
from identity.households import living
from identity.reading import changes, profiles

blueprint = Blueprint(
    "profiles", __name__, url_prefix="/v1/profiles", description="Shoppers, as far as they may be shown."
)


class SurvivorSchema(Strict):
    """The value that survives, and whose it is."""

    value = fields.String(required=True)
    source = fields.String(required=True)
    record = fields.UUID(required=True)
    reason = fields.String(required=True)
    observed_at = fields.DateTime(required=True)


class ProfileSchema(Strict):
    """A profile. `profile` is its present id, whatever id was asked for."""

    profile = fields.UUID(required=True)
    channel = fields.String(required=True, allow_none=True)
    personal = fields.Boolean(
        required=True, metadata={"description": "Whether personal offers are agreed to."}
    )
    tier = fields.String(required=True, allow_none=True)
    attributes = fields.Dict(keys=fields.String(), values=fields.Nested(SurvivorSchema), required=True)
    identifiers = fields.List(fields.Nested(ShownIdentifierSchema), required=True)


class EventSchema(Strict):
    """Something that happened."""

    kind = fields.String(required=True)
    channel = fields.String(required=True)
    source = fields.String(required=True)
    record = fields.UUID(required=True)
    occurred_at = fields.DateTime(required=True)
    received_at = fields.DateTime(required=True)
    body = fields.Dict(required=True)


class HistorySchema(Strict):
    """A page of events, newest first."""

    items = fields.List(fields.Nested(EventSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class HistoryQuerySchema(Strict):
    """Which events."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=500))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=500))
    kind = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"description": "One kind or several, separated by commas."},
    )
    channel = fields.String(load_default=None, validate=validate.OneOf(["online", "store"]))
    since = Moment(load_default=None)
    until = Moment(load_default=None)


class MembersSchema(Strict):
    """The records of a profile, oldest first."""

    items = fields.List(fields.Nested(ShownRecordSchema), required=True)


class HouseholdSchema(Strict):
    """Who lives together by surname and address; no reason to be one profile.

    Of a household with too many persons nobody is named: somebody types that address to get on.
    """

    household = fields.UUID(required=True)
    profiles = fields.List(fields.UUID(), required=True)
    persons = fields.Integer(required=True)
    too_many = fields.Boolean(required=True)


class HouseholdsSchema(Strict):
    """The households of a profile, one for each of its addresses with a surname."""

    items = fields.List(fields.Nested(HouseholdSchema), required=True)


class MembershipQuerySchema(Strict):
    """When."""

    at = Moment(required=True)


class MembershipSchema(Strict):
    """Whose a record was at a time; `profile` is null when it belonged to nobody."""

    record = fields.UUID(required=True)
    at = fields.DateTime(required=True)
    profile = fields.UUID(required=True, allow_none=True)
    records = fields.List(fields.UUID(), required=True)


class ExplanationSchema(Strict):
    """An explanation, without personal values."""

    class Meta:
        """Its members depend on what there is to explain."""

        unknown = "include"


READ = {Scope.PROFILE_READ}


@endpoint(blueprint, "GET", "/<uuid:profile>", scopes=READ, answers={200: ProfileSchema})
def read_profile(call: Call, profile: UUID) -> Answer:
    """A profile, by any record id it ever had."""
    return Answer(200, profile_of(profiles.view(call.connection, call.services.identity, profile)))


@endpoint(
    blueprint,
    "GET",
    "/<uuid:profile>/history",
    scopes=READ,
    query=HistoryQuerySchema,
    answers={200: HistorySchema},
)
def read_history(call: Call, profile: UUID) -> Answer:
    """What happened, over all records of the profile."""
    asked = call.query
    try:
        page = history.page(
            call.connection,
            call.services.identity,
            profile,
            cursor=asked["cursor"],
            limit=asked["limit"],
            kinds=[kind.strip() for kind in asked["kind"].split(",") if kind.strip()],
            channel=asked["channel"],
            since=asked["since"],
            until=asked["until"],
        )
    except ValueError as error:
        place = Place("query/cursor", "take it from `next_cursor` of the page before")
        raise Problem("invalid", "The cursor is not one of ours.", places=(place,)) from error
    return Answer(200, {"items": [event_of(event) for event in page.items], "next_cursor": page.next_cursor})


@endpoint(
    blueprint, "GET", "/<uuid:profile>/records", scopes=READ | {Scope.STEWARD}, answers={200: MembersSchema}
)
def read_members(call: Call, profile: UUID) -> Answer:
    """The records of the profile."""
    views = profiles.records(call.connection, call.services.identity, profile)
    readable = call.principal.may(Scope.PROFILE_READ)
    return Answer(200, {"items": [record_of(view, readable=readable) for view in views]})


@endpoint(blueprint, "GET", "/<uuid:profile>/how", scopes={Scope.STEWARD}, answers={200: ExplanationSchema})
def explain_profile(call: Call, profile: UUID) -> Answer:
    """The ordered joins that made the profile's person."""
    return Answer(200, profiles.how(call.connection, call.services.identity, profile))


@endpoint(blueprint, "GET", "/<uuid:profile>/households", scopes=READ, answers={200: HouseholdsSchema})
def read_households(call: Call, profile: UUID) -> Answer:
    """Who lives with the shopper, by surname and address."""
    found = living.of_profile(call.connection, call.services.identity, profile)
    return Answer(
        200,
        {
            "items": [
                {
                    "household": each.household,
                    "profiles": each.profiles,
                    "persons": each.persons,
                    "too_many": each.too_many,
                }
                for each in found
            ]
        },
    )


@endpoint(
    blueprint,
    "GET",
    "/<uuid:profile>/membership",
    scopes=READ | {Scope.STEWARD},
    query=MembershipQuerySchema,
    answers={200: MembershipSchema},
)
def read_membership(call: Call, profile: UUID) -> Answer:
    """Whose the record of this id was at a time, and which records belonged together with it."""
    at = call.query["at"]
    found = changes.membership_at(call.connection, profile, at)
    return Answer(
        200,
        {"record": profile, "at": moment_of(at), "profile": found.profile, "records": found.records},
    )


def profile_of(view: ProfileView) -> dict[str, Any]:
    """A profile as it is shown."""
    return {
        "profile": view.profile,
        "channel": view.channel,
        "personal": view.personal,
        "tier": view.tier,
        "attributes": {
            survivor.attribute: {
                "value": survivor.value,
                "source": survivor.source,
                "record": survivor.record,
                "reason": survivor.reason,
                "observed_at": moment_of(survivor.observed_at),
            }
            for survivor in view.attributes
        },
        "identifiers": [masked_identifier(found, readable=True) for found in view.identifiers],
    }


def event_of(event: EventView) -> dict[str, Any]:
    """An event as it is shown."""
    return {
        "kind": event.kind,
        "channel": event.channel,
        "source": event.source,
        "record": event.record,
        "occurred_at": moment_of(event.occurred_at),
        "received_at": moment_of(event.received_at),
        "body": event.body,
    }
