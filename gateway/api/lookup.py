"""Who is this? Finds a profile by what was shown, and never makes one."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.wire.fields import code, country_code, one_of, text
from gateway.wire.shapes import MAX_IDENTIFIERS, Strict, nested
from identity.answers import Found, FoundStatus
from identity.model import Assurance
from identity.reading import lookup
from identity.submission import Claim

blueprint = Blueprint("lookup", __name__, url_prefix="/v1", description="Who is this?")


class AskedIdentifierSchema(Strict):
    """A typed value."""

    type = code(required=True)
    value = text(longest=320, required=True)


class HintSchema(Strict):
    """What narrows an ambiguous answer."""

    given_name = text(longest=100)
    postcode = text(longest=20)


class LookupSchema(Strict):
    """What was shown."""

    identifiers = fields.List(
        fields.Nested(AskedIdentifierSchema),
        required=True,
        validate=validate.Length(min=1, max=MAX_IDENTIFIERS),
    )
    hint = nested(HintSchema)
    channel = one_of("online", "store", about="Whose part of a person who did not agree to join channels.")
    country = country_code(about="Of the store, for national phone numbers.")


class ChoiceSchema(Strict):
    """One of several possible shoppers."""

    choice = fields.String(required=True)
    masked = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class FoundSchema(Strict):
    """One, none or several."""

    status = fields.String(required=True, validate=validate.OneOf(["known", "unknown", "ambiguous"]))
    profile = fields.UUID(required=True, allow_none=True)
    choices = fields.List(fields.Nested(ChoiceSchema), required=True)


@endpoint(
    blueprint,
    "POST",
    "/profiles/lookup",
    scopes={Scope.PROFILE_READ},
    body=LookupSchema,
    answers={200: FoundSchema},
)
def look_up_profile(call: Call) -> Answer:
    """Find a profile by identifiers."""
    asked = call.body["identifiers"]
    vault = call.services.identity.vault
    call.services.limits.ask(call.principal, (vault.digest(one["type"], one["value"]) for one in asked))
    hint = {name: value for name, value in (call.body["hint"] or {}).items() if value}
    found = lookup.find(
        call.connection,
        call.services.identity,
        [Claim(type=one["type"], value=one["value"], assurance=Assurance.SCANNED) for one in asked],
        hint or None,
        now=call.now,
        channel=call.body["channel"],
        country=call.body["country"],
    )
    if found.status is FoundStatus.UNKNOWN:
        call.services.limits.missed(call.principal, len(asked))
    return Answer(200, found_of(found))


def found_of(found: Found) -> dict[str, Any]:
    """The answer of a lookup."""
    return {
        "status": found.status.value,
        "profile": found.profile,
        "choices": [{"choice": one.choice, "masked": one.masked} for one in found.choices],
    }
