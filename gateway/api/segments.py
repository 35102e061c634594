"""Segments: named rules that fill themselves, for campaigns to ask for."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from gateway.api import documents
from gateway.api.campaigns import CAMPAIGN, by
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.wire.problems import Place, invalid
from gateway.wire.shapes import Strict
from offers.segments import rule, service
from offers.segments.store import Stored

blueprint = Blueprint("segments", __name__, url_prefix="/v1/segments", description="Sets of people.")

MAX_DOCUMENT_BYTES = 100_000


class SegmentDocumentSchema(Strict):
    """A segment's document; what it may say is described in docs/campaigns.md."""

    class Meta:
        """The segment's own reader names everything that is wrong with it."""

        unknown = "include"

    segment = fields.String(required=True)
    name = fields.String(required=True)
    when = fields.List(fields.Dict(), required=True)


class StoredSegmentSchema(Strict):
    """A segment and how many profiles belong to it, as far as the sweep has come."""

    segment = fields.String(required=True)
    content = fields.Dict(required=True)
    is_live = fields.Boolean(required=True)
    changed_at = fields.DateTime(required=True)
    size = fields.Integer(required=True)


class SegmentsSchema(Strict):
    """The live segments, in the order of their ids."""

    items = fields.List(fields.Nested(StoredSegmentSchema), required=True)


class SegmentChangeSchema(Strict):
    """Who did what, and when."""

    action = fields.String(required=True)
    content = fields.Dict(required=True, allow_none=True)
    author = fields.String(required=True)
    at = fields.DateTime(required=True)


class SegmentChangesSchema(Strict):
    """Everything that was done to a segment, oldest first."""

    items = fields.List(fields.Nested(SegmentChangeSchema), required=True)


@endpoint(blueprint, "GET", "", scopes=CAMPAIGN, answers={200: SegmentsSchema})
def list_segments(call: Call) -> Answer:
    """The live segments and their sizes."""
    return Answer(200, {"items": [_stored_of(call, one) for one in service.every(call.connection)]})


@endpoint(blueprint, "GET", "/<segment>", scopes=CAMPAIGN, answers={200: StoredSegmentSchema})
def read_segment(call: Call, segment: str) -> Answer:
    """A segment, its rule and its size."""
    return Answer(200, _stored_of(call, service.get(call.connection, segment)))


@endpoint(blueprint, "GET", "/<segment>/changes", scopes=CAMPAIGN, answers={200: SegmentChangesSchema})
def list_segment_changes(call: Call, segment: str) -> Answer:
    """Who changed a segment, to what, and when."""
    found = service.changes(call.connection, segment)
    return Answer(200, {"items": [{**one._asdict(), "at": moment_of(one.at)} for one in found]})


@endpoint(
    blueprint,
    "PUT",
    "/<segment>",
    scopes=CAMPAIGN,
    raw=True,
    answers={200: StoredSegmentSchema},
    writes="natural",
    most_bytes=MAX_DOCUMENT_BYTES,
    doc=documents.described(SegmentDocumentSchema),
)
def put_segment(call: Call, segment: str) -> Answer:
    """Write a segment's rule, as JSON or YAML. It fills itself from now on; the same rule changes nothing."""
    document = documents.parsed(call.request.mimetype, call.body, rule.parse)
    if document.id != segment:
        raise invalid(Place("/segment", f"is {document.id!r} here and {segment!r} in the address"))
    return Answer(200, _stored_of(call, service.put(call.connection, document, by(call, None))))


@endpoint(blueprint, "DELETE", "/<segment>", scopes=CAMPAIGN, answers={204: None}, writes="natural")
def end_segment(call: Call, segment: str) -> Answer:
    """Let a segment fill no more: as the sweep passes, nobody belongs to it."""
    service.end(call.connection, segment, by(call, None))
    return Answer(204)


def _stored_of(call: Call, one: Stored) -> dict[str, Any]:
    return {
        "segment": one.id,
        "content": one.content,
        "is_live": one.is_live,
        "changed_at": moment_of(one.changed_at),
        "size": service.size(call.connection, one.id),
    }
