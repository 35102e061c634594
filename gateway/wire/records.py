"""A record as a source sends it: the published shape, and what identity takes of it."""

from typing import Any

from marshmallow import fields, validate

from gateway.wire.fields import Moment, code, flag, note, one_of, text
from gateway.wire.problems import Place, invalid
from gateway.wire.shapes import Strict
from identity.model import Assurance
from identity.submission import Claim, Statement, Submission

MAX_ATTRIBUTES = 64
MAX_IDENTIFIERS = 500
"""At most 64 take part in matching; the rest is stored and shown to a steward."""

ASSURANCES = {
    "asserted": Assurance.ASSERTED,
    "typed": Assurance.TYPED,
    "scanned": Assurance.SCANNED,
    "authenticated": Assurance.AUTHENTICATED,
    "verified": Assurance.VERIFIED,
}


class ClaimedIdentifierSchema(Strict):
    """An identifier as the source knows it."""

    type = code(required=True, about="email, phone, account_id, loyalty_card, ... or one of your own types.")
    value = text(longest=320, required=True)
    assurance = one_of(
        *ASSURANCES, default="typed", about="How sure the source is; lowered to what the key can prove."
    )
    valid_from = Moment(load_default=None, allow_none=True)
    valid_to = Moment(load_default=None, allow_none=True)


class StatementSchema(Strict):
    """A shopper's word about one purpose."""

    purpose = code(required=True, about="cross_channel, personal_offers, or a purpose of your own.")
    granted = flag(required=True)
    at = Moment(required=True)
    evidence = note(
        longest=2000, shortest=0, about="Where this can be looked up: a form's version, a receipt."
    )


class RecordSchema(Strict):
    """All that one source says about one shopper now; it replaces what the source said before."""

    attributes = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=64)),
        values=fields.String(allow_none=True, validate=validate.Length(max=1000)),
        load_default=dict,
        validate=validate.Length(max=MAX_ATTRIBUTES),
        metadata={"description": "Names as in the glossary, and any number of your own as `x_<name>`."},
    )
    identifiers = fields.List(
        fields.Nested(ClaimedIdentifierSchema),
        load_default=list,
        validate=validate.Length(max=MAX_IDENTIFIERS),
    )
    consents = fields.List(
        fields.Nested(StatementSchema), load_default=list, validate=validate.Length(max=20)
    )
    observed_at = Moment(load_default=None, allow_none=True)


def submission(source: str, key: str, body: dict[str, Any], *, batch: str | None = None) -> Submission:
    """The body as identity takes it. Raises Problem invalid where times contradict each other."""
    for number, claimed in enumerate(body["identifiers"]):
        if claimed["valid_from"] and claimed["valid_to"] and claimed["valid_from"] >= claimed["valid_to"]:
            place = Place(f"/identifiers/{number}/valid_to", "must lie after valid_from")
            raise invalid(place)
    return Submission(
        source=source,
        key=key,
        attributes={name: value for name, value in body["attributes"].items() if value is not None},
        identifiers=tuple(_claim(claimed) for claimed in body["identifiers"]),
        consents=tuple(statement(said) for said in body["consents"]),
        observed_at=body["observed_at"],
        # A server key vouches for its source, also that an address was verified.
        proof=Assurance.VERIFIED,
        batch=batch,
    )


def _claim(claimed: dict[str, Any]) -> Claim:
    return Claim(
        type=claimed["type"],
        value=claimed["value"],
        assurance=ASSURANCES[claimed["assurance"]],
        valid_from=claimed["valid_from"],
        valid_to=claimed["valid_to"],
    )


def statement(said: dict[str, Any]) -> Statement:
    """A shopper's word as identity takes it."""
    return Statement(
        purpose=said["purpose"], granted=said["granted"], at=said["at"], evidence=said["evidence"] or ""
    )
