"""Many records in one call: a line in, a line out, in order; a bad line is refused alone.

Lines are taken in together, so many to a transaction, which does not wait for the disk; a transaction that
does ends the batch, so that every line an answer speaks of is durable when the answer goes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, validate

from gateway import metrics, together
from gateway.access.security import Scope, speaks_for_source
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.records import LinkSchema, RejectedSchema, put_answer
from gateway.database import flush, put_off_flush
from gateway.wire import body as bodies
from gateway.wire import idempotency
from gateway.wire.fields import code, text
from gateway.wire.idempotency import Once
from gateway.wire.problems import Problem, document
from gateway.wire.records import RecordSchema, submission
from gateway.wire.refusals import problem_of
from gateway.wire.shapes import Strict
from identity.answers import PutResult
from identity.batches import rolling
from identity.register import records
from identity.submission import Submission

blueprint = Blueprint(
    "records_batch", __name__, url_prefix="/v1/records", description="Many records in one call."
)

MAX_LINES = 5_000
NDJSON = "application/x-ndjson"


class BatchLineSchema(RecordSchema):
    """A record and whose it is. One such object a line."""

    source = code(required=True)
    key = text(longest=300, required=True)


class DeliveryNameSchema(Strict):
    """Under which name the records can be taken back together, over as many calls as it takes."""

    batch = code(about="A delivery's name of your own, as in crm-2026-11-21.")


class BatchAnswerSchema(Strict):
    """What became of a line: the answer of a put, or a problem."""

    line = fields.Integer(required=True, metadata={"description": "The line's number, from 1."})
    record = fields.UUID()
    profile = fields.UUID()
    outcome = fields.String(
        validate=validate.OneOf(["new", "joined", "merged", "split", "unchanged", "review"])
    )
    links = fields.List(fields.Nested(LinkSchema))
    rejected = fields.List(fields.Nested(RejectedSchema))
    problem = fields.Dict()


_LINE = BatchLineSchema()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it was read: what it says, or why it says nothing."""

    number: int
    sent: Submission | Problem


@endpoint(
    blueprint,
    "POST",
    "/batch",
    scopes={Scope.INGEST},
    raw=True,
    query=DeliveryNameSchema,
    answers={200: None},
    writes="many",
    most_bytes=bodies.MAX_BATCH_BYTES,
    doc={
        "requestBody": {"required": True, "content": {NDJSON: {"schema": BatchLineSchema}}},
        "responses": {
            "200": {
                "description": "One line for each line sent, in order.",
                "content": {NDJSON: {"schema": BatchAnswerSchema}},
            }
        },
    },
)
def put_records(call: Call) -> Answer:
    """Say what a source knows about many shoppers: one JSON object a line. Send it again when in doubt."""
    once, vault = _once(call), call.services.identity.vault
    with call.connection.begin():
        kept = (
            idempotency.first_answer(call.connection, vault, once, now=call.now) if once is not None else None
        )
    if kept is not None:
        return Answer(kept.status, kept.body, mimetype=NDJSON, headers={"Idempotent-Replayed": "true"})
    numbered = list(bodies.lines(call.body))
    if len(numbered) > MAX_LINES:
        raise Problem("body_too_large", f"At most {MAX_LINES:,} lines; split them into several calls.")
    name = call.query["batch"]
    if name is not None:
        with call.connection.begin():
            _begin(call, name)
    read = [_read(call, number, line, name) for number, line in numbered]
    answers = [answer for run in together.runs(read, _pair) for answer in _answered(call, run, name)]
    content = b"".join(orjson.dumps(answer) + b"\n" for answer in answers)
    if once is not None:
        with call.connection.begin():
            idempotency.keep(call.connection, vault, once, 200, content, now=call.now)
    flush(call.connection)
    return Answer(200, content, mimetype=NDJSON)


def _begin(call: Call, name: str) -> None:
    rolling.begin(call.connection, name, author=f"key:{call.principal.key_id}", now=call.now)


def _once(call: Call) -> Once | None:
    """The call's identity, if it names one: its records carry natural keys, so it does not have to."""
    header = call.request.headers.get(idempotency.HEADER)
    if not header:
        return None
    return idempotency.once(
        call.principal.key_id, header, method="POST", path=call.request.full_path, raw=call.body
    )


def _pair(line: _Line) -> tuple[str, str] | None:
    """Whose record a line is about."""
    return (line.sent.source, line.sent.key) if isinstance(line.sent, Submission) else None


def _read(call: Call, number: int, line: bytes, batch: str | None) -> _Line:
    try:
        loaded = _LINE.load(bodies.parsed(line))
        speaks_for_source(call.principal, loaded["source"])
        return _Line(number, submission(loaded["source"], loaded["key"], loaded, batch=batch))
    except (Problem, ValidationError) as error:
        return _Line(number, problem_of(error))


def _answered(call: Call, run: Sequence[_Line], name: str | None) -> list[dict[str, Any]]:
    """The answers to some lines; what they say is taken in together, as long as the delivery of that name
    stands.
    """

    def put(some: Sequence[Submission]) -> list[PutResult]:
        with call.connection.begin():
            put_off_flush(call.connection)
            if name is not None:
                _begin(call, name)
            return records.put_together(call.connection, call.services.identity, some, now=call.now)

    taken = together.taken(put, [line.sent for line in run if isinstance(line.sent, Submission)])
    return [
        {"line": line.number, **_answer(next(taken), line.sent.source)}
        if isinstance(line.sent, Submission)
        else {"line": line.number, "problem": document(line.sent)}
        for line in run
    ]


def _answer(result: PutResult | Exception, source: str) -> dict[str, Any]:
    """What one line is told."""
    if isinstance(result, PutResult):
        metrics.records.labels(source, result.outcome.value).inc()
        return put_answer(result)
    problem = problem_of(result)
    if problem.status == 500:
        raise result
    return {"problem": document(problem)}
