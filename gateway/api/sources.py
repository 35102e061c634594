"""Sources as stewards and operators look after them: which are paused, and batches that are taken back."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.judgements import author
from gateway.api.rendered import moment_of
from gateway.wire.fields import note
from gateway.wire.shapes import Strict
from identity.batches import rolling
from identity.batches.store_batches import Batch
from identity.breaker import watching
from identity.breaker.store_breaker import Watched

blueprint = Blueprint(
    "sources", __name__, url_prefix="/v1", description="What sources deliver, pausing them, taking it back."
)

LOOK_AFTER = {Scope.STEWARD, Scope.ADMIN}


class SourceSchema(Strict):
    """A source; while it is paused its records are stored and gain no links."""

    source = fields.String(required=True)
    paused = fields.Boolean(required=True)
    paused_at = fields.DateTime(required=True, allow_none=True)
    paused_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    held = fields.Integer(required=True, metadata={"description": "Records that wait to be joined."})
    joins_per_1000 = fields.Float(
        required=True, metadata={"description": "How many joins 1,000 of its records used to cause."}
    )


class SourcesSchema(Strict):
    """All sources, by name."""

    items = fields.List(fields.Nested(SourceSchema), required=True)


class PauseSchema(Strict):
    """Why, for whoever finds it paused."""

    reason = note(longest=500, required=True)


class DeliverySchema(Strict):
    """A delivery of many records; `records` is how many it still answers for."""

    batch = fields.String(required=True)
    author = fields.String(required=True)
    opened_at = fields.DateTime(required=True)
    records = fields.Integer(required=True)
    rolled_back_at = fields.DateTime(required=True, allow_none=True)
    rolled_back_by = fields.String(required=True, allow_none=True)


class DeliveriesSchema(Strict):
    """The newest batches."""

    items = fields.List(fields.Nested(DeliverySchema), required=True)


class DeliveriesQuerySchema(Strict):
    """How many."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=500))


@endpoint(blueprint, "GET", "/sources", scopes=LOOK_AFTER, answers={200: SourcesSchema})
def list_sources(call: Call) -> Answer:
    """All sources, and which are paused."""
    found = watching.sources(call.connection, call.services.identity)
    return Answer(200, {"items": [source_of(each) for each in found]})


@endpoint(
    blueprint,
    "POST",
    "/sources/<source>/pause",
    scopes=LOOK_AFTER,
    body=PauseSchema,
    answers={200: SourceSchema},
    writes="natural",
)
def pause_source(call: Call, source: str) -> Answer:
    """Store what the source sends and join nothing of it, until it is resumed."""
    watching.pause(
        call.connection,
        call.services.identity,
        source,
        reason=call.body["reason"],
        author=author(call),
        now=call.now,
    )
    return Answer(200, _one(call, source))


@endpoint(
    blueprint,
    "POST",
    "/sources/<source>/resume",
    scopes=LOOK_AFTER,
    answers={200: SourceSchema},
    writes="natural",
)
def resume_source(call: Call, source: str) -> Answer:
    """Join again, also what came meanwhile: that is done in the background."""
    watching.resume(call.connection, call.services.identity, source, now=call.now)
    return Answer(200, _one(call, source))


@endpoint(
    blueprint,
    "GET",
    "/batches",
    scopes=LOOK_AFTER,
    query=DeliveriesQuerySchema,
    answers={200: DeliveriesSchema},
)
def list_batches(call: Call) -> Answer:
    """The newest deliveries."""
    found = rolling.listed(call.connection, limit=call.query["limit"])
    return Answer(200, {"items": [batch_of(each) for each in found]})


@endpoint(
    blueprint,
    "POST",
    "/batches/<batch>/rollback",
    scopes=LOOK_AFTER,
    answers={202: DeliverySchema},
    writes="natural",
)
def roll_back_batch(call: Call, batch: str) -> Answer:
    """Take a delivery back: what it brought goes, what it changed says what it said before."""
    found = rolling.roll_back(call.connection, batch, author=author(call), now=call.now)
    return Answer(202, batch_of(found))


def _one(call: Call, source: str) -> dict[str, Any]:
    found = watching.sources(call.connection, call.services.identity)
    return next(source_of(each) for each in found if each.source == source)


def source_of(found: Watched) -> dict[str, Any]:
    """A source as it is shown."""
    known = found.baseline
    return {
        "source": found.source,
        "paused": found.paused_at is not None,
        "paused_at": moment_of(found.paused_at),
        "paused_by": found.paused_by,
        "reason": found.reason,
        "held": found.held,
        "joins_per_1000": round(known.joins / known.records * 1000, 1) if known.records else 0.0,
    }


def batch_of(found: Batch) -> dict[str, Any]:
    """A batch as it is shown."""
    return {
        "batch": found.name,
        "author": found.author,
        "opened_at": moment_of(found.opened_at),
        "records": found.records,
        "rolled_back_at": moment_of(found.rolled_back_at),
        "rolled_back_by": found.rolled_back_by,
    }
