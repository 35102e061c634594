"""The Segment HTTP API, as Segment's and RudderStack's own clients speak it.

The key is the user name of HTTP Basic, a bearer token, or `writeKey` in the body. What came in the body
stands in every visitor's browser, so it is believed as little as a public key, whatever its scopes say.
"""

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import flask
import orjson
from flask import request
from flask_smorest import Blueprint
from marshmallow import INCLUDE, Schema, fields
from werkzeug import Response

from gateway import metrics
from gateway.access.credentials import basic_user, bearer
from gateway.access.security import Principal, Scope, allow
from gateway.api.described import describe
from gateway.api.endpoint import Seen, checked, finish, refused, services
from gateway.api.route import Route
from gateway.connectors.segment import messages
from gateway.inbox import batches
from gateway.shopping import batch as taking
from gateway.shopping.batch import Batch, Rejected
from gateway.shopping.visits import Sender
from gateway.wire import body as bodies
from gateway.wire.problems import Problem
from gateway.wiring import Services
from identity.model import Assurance

blueprint = Blueprint(
    "segment",
    __name__,
    url_prefix="/v1/segment/v1",
    description="Online events, as Segment's clients send them.",
)

by_host = Blueprint(
    "segment_host",
    __name__,
    url_prefix="/v1",
    description="The same for clients that can be told a host and no path: PHP, Ruby, Java, Swift, Kotlin.",
)

DEFAULT_SOURCE: Final = "segment"
MAX_MESSAGES: Final = 2_500
MAX_BYTES: Final = 4_000_000
SCOPES: Final = {Scope.INGEST, Scope.INGEST_PUBLIC}

PATHS: Final = {
    "batch": None,
    "b": None,
    "import": None,
    **{name: name for name in sorted(messages.TYPES)},
    **messages.SHORT,
}
"""Path -> the type its messages have; None: each says its own."""

ANYWHERE: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Max-Age": "86400",
}
"""Any page may send events: the key says whose they are, no cookie goes along, and nothing is told in return.
"""


# ruff: noqa: N815  (the members are called as Segment calls them)


class MessageSchema(Schema):
    """One message, or `batch` with several; members that are not named here are kept or ignored."""

    class Meta:
        """Clients send more than anybody lists."""

        unknown = INCLUDE

    type = fields.String(metadata={"enum": sorted(messages.TYPES)})
    event = fields.String(
        metadata={"description": "As in the Segment e-commerce spec: Product Viewed, Order Completed."}
    )
    userId = fields.String(allow_none=True)
    anonymousId = fields.String(allow_none=True)
    messageId = fields.String(metadata={"description": "Makes a repetition recognisable."})
    timestamp = fields.String()
    sentAt = fields.String()
    properties = fields.Dict()
    traits = fields.Dict()
    context = fields.Dict(metadata={"description": "`identity_token` inside it proves who is signed in."})
    writeKey = fields.String(metadata={"description": "The key, where no header can be sent."})


class BatchSchema(Schema):
    """Several messages."""

    class Meta:
        """Clients send more than anybody lists."""

        unknown = INCLUDE

    batch = fields.List(fields.Nested(MessageSchema), required=True)
    sentAt = fields.String()
    writeKey = fields.String()


class RejectedMessageSchema(Schema):
    """A message that was not taken."""

    index = fields.Integer(required=True)
    reason = fields.String(required=True)


class TakenSchema(Schema):
    """What clients expect; they ignore what was rejected, people should not."""

    success = fields.Boolean(required=True)
    rejected = fields.List(fields.Nested(RejectedMessageSchema), required=True)


def _route(on: Blueprint, name: str) -> None:
    """Register one of the paths; they differ in the type of message only."""
    schema = BatchSchema if PATHS[name] is None else MessageSchema
    route = Route(
        method="POST",
        scopes=frozenset(SCOPES),
        writes="many",
        body=schema,
        query=None,
        decode=None,
        raw=False,
        most_bytes=MAX_BYTES,
    )

    def view() -> Response:
        return answered(body_sent, PATHS[name])

    view.__name__ = f"{on.name}_{name}"
    view.__doc__ = (
        f"Take in {'several messages' if PATHS[name] is None else f'a message of type {PATHS[name]}'}."
    )
    describe(
        view, route=route, answers={200: TakenSchema}, more={"security": [{"write_key": []}, {"key": []}]}
    )
    view.o2o_route = route  # type: ignore[attr-defined]
    view.provide_automatic_options = False  # type: ignore[attr-defined]  # ours says what browsers may send
    on.route(f"/{name}", methods=["POST"])(view)
    flask.Blueprint.add_url_rule(on, f"/{name}", f"{view.__name__}_preflight", preflight, methods=["OPTIONS"])


SENT_BY_CLIENTS: Final = "authorization, content-type, content-encoding, anonymousid, sec-gpc"


def preflight(**_: str) -> Response:
    """Let browsers send from any page, with whatever headers their client adds."""
    asked = request.headers.get("Access-Control-Request-Headers") or SENT_BY_CLIENTS
    allowed = asked if HEADER_NAMES.match(asked) else SENT_BY_CLIENTS
    return Response(status=204, headers={**ANYWHERE, "Access-Control-Allow-Headers": allowed})


HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9, _-]{1,500}\Z")


for _name in PATHS:
    _route(blueprint, _name)
    _route(by_host, _name)


def body_sent() -> object:
    """The body of the request. Raises Problem."""
    return bodies.json_body(request, most=MAX_BYTES, any_type=True)


def answered(read: Callable[[], object], type_of_path: str | None) -> Response:
    """The answer to the body that `read` gives, or the problem that it raises; counted and logged."""
    started_s, seen = time.perf_counter(), Seen()
    try:
        answer = _taken(services(), read(), type_of_path, seen)
    except Exception as error:  # noqa: BLE001  (the door's last line: whatever it is becomes a problem)
        answer = refused(error)
    answer.headers.update(ANYWHERE)
    finish(request, answer.status_code, started_s, seen.key_id)
    return answer


def _taken(held: Services, body: object, type_of_path: str | None, seen: Seen) -> Response:
    """The answer to a body after its messages were taken in or kept. Raises Problem."""
    now = held.clock()
    principal, in_body = _caller(held, body, now)
    seen.key_id = principal.key_id
    allow(principal, frozenset(SCOPES))
    sender = _sender(held, principal, in_body=in_body)
    try:
        sent, sent_at = messages.messages(body, type_of_path=type_of_path)
    except messages.NotAMessageError as error:
        raise Problem("invalid", f"The body {error}.") from None
    if len(sent) > MAX_MESSAGES:
        raise Problem("body_too_large", f"At most {MAX_MESSAGES:,} messages; split them into several calls.")
    is_gpc = request.headers.get("Sec-GPC") == "1"
    rejected = _take_in(held, Batch(sender, sent, sent_at, now, is_gpc))
    metrics.events.labels("taken").inc(len(sent) - len(rejected))
    metrics.events.labels("rejected").inc(len(rejected))
    told = [{"index": index, "reason": reason} for index, reason in sorted(rejected.items())]
    content = orjson.dumps({"success": True, "rejected": told})
    return Response(content, mimetype="application/json")


def _caller(held: Services, body: object, now: dt.datetime) -> tuple[Principal, bool]:
    """Who sends, and whether the key came in the body, where everybody can read it."""
    token = basic_user(request) or bearer(request)
    if token is not None:
        return checked(held, token, now=now).principal, False
    written = body.get("writeKey") if isinstance(body, dict) else None
    if written is None:
        written = request.args.get("writeKey")
    if not isinstance(written, str):
        raise Problem("no_key", "Send the key as the user name of HTTP Basic, or as `writeKey` in the body.")
    return checked(held, written, now=now).principal, True


def _sender(held: Services, principal: Principal, *, in_body: bool) -> Sender:
    source = principal.source or DEFAULT_SOURCE
    known = held.identity.policy.sources.get(source)
    if known is None:
        raise Problem(
            "wrong_source", f"The key is bound to source {source!r}, which the policy does not know."
        )
    is_proven = principal.may(Scope.INGEST) and not in_body
    return Sender(source, known.channel, Assurance.AUTHENTICATED if is_proven else Assurance.ASSERTED)


def _take_in(held: Services, batch: Batch) -> Rejected:
    """Takes a few messages in now; keeps many for the worker, so that no till waits behind them."""
    if batches.is_small(batch.sent):
        return taking.take_in(held, batch)
    rejected = {
        index: reason for index, one in enumerate(batch.sent) if (reason := messages.refusal(one)) is not None
    }
    taken = [one for index, one in enumerate(batch.sent) if index not in rejected]
    held.database.transact(
        lambda connection: batches.keep(connection, held.identity.vault, replace(batch, sent=taken))
    )
    return rejected
