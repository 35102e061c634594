"""What sources say about shoppers, one record at a time."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway import metrics
from gateway.access.security import Scope, speaks_for_source
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import masked, masked_identifier, moment_of
from gateway.wire.records import ASSURANCES, RecordSchema, submission
from gateway.wire.shapes import Strict
from identity.answers import PutResult, RecordView
from identity.register import records

blueprint = Blueprint("records", __name__, url_prefix="/v1", description="What sources say about shoppers.")


class LinkSchema(Strict):
    """Another record of the same person, and what the link rests on."""

    record = fields.UUID(required=True)
    reason = fields.String(required=True)
    weight_bits = fields.Float(allow_none=True)


class RejectedSchema(Strict):
    """A field that was not taken, and why."""

    field = fields.String(required=True)
    reason = fields.String(required=True)


class PutRecordSchema(Strict):
    """What became of a record."""

    record = fields.UUID(required=True)
    profile = fields.UUID(required=True)
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(["new", "joined", "merged", "split", "unchanged", "review"]),
    )
    links = fields.List(fields.Nested(LinkSchema), required=True)
    rejected = fields.List(fields.Nested(RejectedSchema), required=True)


class ShownIdentifierSchema(Strict):
    """An identifier; its value is masked unless the key may read profiles."""

    type = fields.String(required=True)
    value = fields.String(required=True)
    assurance = fields.String(required=True, validate=validate.OneOf(list(ASSURANCES)))
    valid_from = fields.DateTime(allow_none=True)
    valid_to = fields.DateTime(allow_none=True)


class ShownRecordSchema(Strict):
    """A record as it is stored, normalised. A steward whose key may not read profiles sees its attributes
    masked.
    """

    record = fields.UUID(required=True)
    source = fields.String(required=True)
    key = fields.String(required=True)
    generation = fields.Integer(required=True)
    channel = fields.String(required=True)
    stub = fields.Boolean(required=True)
    profile = fields.UUID(required=True)
    attributes = fields.Dict(required=True)
    identifiers = fields.List(fields.Nested(ShownIdentifierSchema), required=True)
    observed_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)


@endpoint(
    blueprint,
    "PUT",
    "/records/<source>/<path:key>",
    scopes={Scope.INGEST},
    body=RecordSchema,
    answers={200: PutRecordSchema, 201: PutRecordSchema},
    writes="natural",
)
def put_record(call: Call, source: str, key: str) -> Answer:
    """Say all that a source knows about one shopper."""
    speaks_for_source(call.principal, source)
    result = records.put(
        call.connection, call.services.identity, submission(source, key, call.body), now=call.now
    )
    metrics.records.labels(source, result.outcome.value).inc()
    return Answer(201 if result.outcome == "new" else 200, put_answer(result))


@endpoint(
    blueprint,
    "GET",
    "/records/<source>/<path:key>",
    scopes={Scope.INGEST, Scope.PROFILE_READ},
    answers={200: ShownRecordSchema},
)
def read_record(call: Call, source: str, key: str) -> Answer:
    """What a source said about one shopper, as it is stored."""
    speaks_for_source(call.principal, source)
    view = records.get(call.connection, call.services.identity, source, key)
    readable = call.principal.may(Scope.PROFILE_READ)
    return Answer(200, record_of(view, readable=readable, is_own=True))


@endpoint(
    blueprint,
    "DELETE",
    "/records/<source>/<path:key>",
    scopes={Scope.INGEST},
    answers={204: None},
    writes="natural",
)
def delete_record(call: Call, source: str, key: str) -> Answer:
    """Take back what a source said. Put again within 30 days, it gets the same record id."""
    speaks_for_source(call.principal, source)
    records.delete(call.connection, call.services.identity, source, key, now=call.now)
    return Answer(204)


def put_answer(result: PutResult) -> dict[str, Any]:
    """The answer to a put."""
    return {
        "record": result.record,
        "profile": result.profile,
        "outcome": result.outcome.value,
        "links": [
            {"record": link.record, "reason": link.reason, "weight_bits": link.weight_bits}
            for link in result.links
        ],
        "rejected": [{"field": gone.field, "reason": gone.reason} for gone in result.rejected],
    }


def record_of(view: RecordView, *, readable: bool, is_own: bool = False) -> dict[str, Any]:
    """A record as it is shown; `is_own` to the source that said it, which knows its attributes."""
    attributes = view.attributes
    if not (readable or is_own):
        attributes = {name: masked(value) for name, value in attributes.items()}
    return {
        "record": view.record,
        "source": view.source,
        "key": view.key,
        "generation": view.generation,
        "channel": view.channel,
        "stub": view.stub,
        "profile": view.profile,
        "attributes": attributes,
        "identifiers": [masked_identifier(found, readable=readable) for found in view.identifiers],
        "observed_at": moment_of(view.observed_at),
        "changed_at": moment_of(view.changed_at),
    }
