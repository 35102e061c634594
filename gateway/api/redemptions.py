"""Redemptions: what a till holds and uses of the offers it was given. The transaction is the natural key, so
calls may repeat.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from flask import Request, request
from flask_smorest import Blueprint
from marshmallow import fields, validate
from werkzeug import Response

from gateway.access.credentials import bearer
from gateway.access.security import Scope, allow, speaks_for_store
from gateway.api import remembered
from gateway.api.described import describe
from gateway.api.endpoint import Answer, Call, View, endpoint, rendered, services
from gateway.api.refused import refused_answer
from gateway.api.remembered import Caller
from gateway.api.rendered import moment_of
from gateway.api.route import Route
from gateway.database import flush, put_off_flush
from gateway.quick.plain import PlainJson
from gateway.shopping import redeeming, till
from gateway.webhooks import telling
from gateway.wire import body as bodies
from gateway.wire import decoded
from gateway.wire.decoder import decoder
from gateway.wire.fields import Moment, count, flag, one_of, text
from gateway.wire.problems import Problem
from gateway.wire.shapes import (
    MAX_LINES,
    MAX_SHOPPERS,
    AppliedSchema,
    ShopperSchema,
    Strict,
    TransactionKeySchema,
    many,
    nested,
    sent_at,
    tokens,
)
from gateway.wiring import Services
from offers import service
from offers.model import TransactionKey
from offers.redemptions.redemption import Clocks, Redemption, Refused, Use

blueprint = Blueprint(
    "redemptions", __name__, url_prefix="/v1/redemptions", description="Offers held and used."
)

REDEEM = {Scope.REDEEM}


class RedemptionSchema(Strict):
    """Hold or use what an earlier decision offered; without a decision, what a till gave while it was
    offline.
    """

    transaction = nested(TransactionKeySchema, required=True)
    decision = text(longest=128)
    state = one_of("reserved", "committed", required=True)
    revision = count(default=0)
    occurred_at = Moment(required=True)
    sent_at = sent_at()
    offline = flag(default=False)
    shoppers = many(
        ShopperSchema,
        most=MAX_SHOPPERS,
        about="Whose limits count where no decision says it. Without one, what counts by person is refused.",
    )
    tokens = tokens()
    applied = many(AppliedSchema, most=MAX_LINES)


class RedemptionStepSchema(Strict):
    """The next step of a redemption."""

    transaction = nested(TransactionKeySchema, required=True)
    occurred_at = Moment(required=True)
    revision = count(default=0)
    applied = fields.List(
        fields.Nested(AppliedSchema),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MAX_LINES),
        metadata={"description": "Left out: as reserved."},
    )
    reason = text(longest=200)


class ItemSchema(Strict):
    """One line's share of an offer."""

    offer = fields.String(required=True)
    campaign = fields.String(required=True)
    line = fields.String(required=True)
    quantity = fields.String(required=True)
    desired = fields.Integer(required=True)
    granted = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    unit = fields.String(required=True, validate=validate.OneOf(["money", "points"]))
    over_limit = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)


class ShownRedemptionSchema(Strict):
    """A redemption as it stands."""

    redemption = fields.UUID(required=True)
    transaction = nested(TransactionKeySchema, required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["reserved", "committed", "voided", "reversed", "expired", "returned"]),
    )
    revision = fields.Integer(required=True)
    decision = fields.UUID(required=True, allow_none=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    replayed = fields.Boolean(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)


DECODE = decoder(decoded.Redemption, RedemptionSchema)

ROUTE = Route(
    method="POST",
    scopes=frozenset(REDEEM),
    writes="many",
    body=RedemptionSchema,
    query=None,
    decode=None,
    raw=False,
    most_bytes=bodies.MAX_BODY_BYTES,
)


def redeem() -> Response | PlainJson:
    """Hold or use offers. Repeated, it gives the first answer."""
    return answered(services(), request)


def answered(held: Services, asked: Request) -> Response | PlainJson:
    """The answer to a till that holds or used offers, whatever became of it."""
    return remembered.answered(held, asked, _answer)


describe(redeem, route=ROUTE, answers={200: ShownRedemptionSchema}, more={})
redeem.o2o_route = ROUTE  # type: ignore[attr-defined]
blueprint.route("", methods=["POST"])(redeem)


def _answer(held: Services, asked: Request, caller: Caller) -> Response | PlainJson:
    allow(caller.known.principal, ROUTE.scopes)
    sent = DECODE(bodies.json_body(asked, any_depth=True))
    speaks_for_store(caller.known.principal, sent.transaction.store)
    till.check(sent.shoppers, None)
    done = redeeming.commit(held, sent, key_version=caller.known.version, now=caller.now)
    if done is not None:
        return PlainJson(orjson.dumps(redemption_of(done)))
    principal = caller.checked(held).principal
    with held.database.engine.connect() as connection:
        call = Call(
            services=held,
            request=asked,
            principal=principal,
            now=caller.now,
            connection=connection,
            body=sent,
        )
        return rendered(durably(call, lambda: _redeem(call)))


def _redeem(call: Call) -> Answer:
    asked = redeeming.use(call.connection, call.services, call.body, now=call.now)
    clocks = redeeming.clocks(call.body, now=call.now)
    outcome = service.use(
        call.connection, call.services.offers, asked, clocks, authorised=still_authorised(call)
    )
    telling.redeemed(call.connection, outcome, now=call.now)
    return answer_of(outcome)


def step(name: str) -> Callable[[View], View]:
    """Declares the next step of a redemption. The transaction decides which one it is, also when its id is
    not known: a void overtakes its reserve, and the till sends any.
    """
    return endpoint(
        blueprint,
        "POST",
        f"/<uuid:redemption>/{name}",
        scopes=REDEEM,
        body=RedemptionStepSchema,
        decode=decoder(decoded.RedemptionStep, RedemptionStepSchema),
        answers={200: ShownRedemptionSchema},
        writes="many",
    )


def durably(call: Call, work: Callable[[], Answer]) -> Answer:
    """Do a till's work in a transaction whose locks nobody waits for while the disk does; answer only when it
    is on disk. Whoever took what this released is flushed after it, so no answer is ever lost to a crash.
    """
    with call.connection.begin():
        put_off_flush(call.connection)
        answer = work()
    with call.services.quick.connect() as alone:  # one way there and back; a transaction takes three
        flush(alone)
    return answer


@step("commit")
def commit_redemption(call: Call, redemption: UUID) -> Answer:
    """The sale is paid: what was held is used."""
    return durably(call, lambda: _commit(call, redemption))


def _commit(call: Call, redemption: UUID) -> Answer:
    sent: decoded.RedemptionStep = call.body
    transaction, clocks = _stepping(call)
    asked = Use(
        transaction=transaction,
        decision=None,
        state="committed",
        applied=till.applied(sent.applied or ()),
        revision=sent.revision,
    )
    outcome = service.commit(call.connection, call.services.offers, redemption, asked, clocks)
    telling.redeemed(call.connection, outcome, now=call.now)
    return answer_of(outcome)


@step("void")
def void_redemption(call: Call, redemption: UUID) -> Answer:
    """The sale was given up: what was held is free again. The transaction decides, also when the id is not
    known.
    """
    del redemption
    return durably(call, lambda: _void(call))


def _void(call: Call) -> Answer:
    sent: decoded.RedemptionStep = call.body
    revision = sent.revision or None
    outcome = service.void(
        call.connection, call.services.offers, *_stepping(call), revision=revision, reason=sent.reason
    )
    return answer_of(outcome)


@step("reverse")
def reverse_redemption(call: Call, redemption: UUID) -> Answer:
    """The paid sale was cancelled as a whole. The transaction decides, also when the id is not known."""
    del redemption
    return durably(call, lambda: _reverse(call))


def _reverse(call: Call) -> Answer:
    sent: decoded.RedemptionStep = call.body
    outcome = service.reverse(call.connection, call.services.offers, *_stepping(call), reason=sent.reason)
    return answer_of(outcome)


def _stepping(call: Call) -> tuple[TransactionKey, Clocks]:
    """The transaction that takes a step, if this key speaks for its store, and when."""
    sent: decoded.RedemptionStep = call.body
    speaks_for_store(call.principal, sent.transaction.store)
    clocks = Clocks(received_at=call.now, occurred_at=sent.occurred_at)
    return till.transaction_key(sent.transaction), clocks


@endpoint(blueprint, "GET", "/<uuid:redemption>", scopes=REDEEM, answers={200: ShownRedemptionSchema})
def read_redemption(call: Call, redemption: UUID) -> Answer:
    """A redemption as it stands now."""
    found = service.get(call.connection, call.services.offers, redemption, now=call.now)
    speaks_for_store(call.principal, found.transaction.store)
    return Answer(200, redemption_of(found))


def still_authorised(call: Call) -> Any:
    """Asked inside the reserving transaction: a key revoked a moment ago holds nothing."""

    def check() -> bool:
        raw = call.connection.connection.cursor()
        try:
            call.services.keyring.check(raw, bearer(call.request) or "", now=call.services.clock())
        except Problem:
            return False
        finally:
            raw.close()
        return True

    return check


def answer_of(outcome: Redemption | Refused) -> Answer:
    """A redemption, or why not; both are committed."""
    if isinstance(outcome, Refused):
        stored = redemption_of(outcome.stored) if outcome.stored is not None else None
        return refused_answer(outcome.error, stored=stored)
    return Answer(200, redemption_of(outcome))


def redemption_of(found: Redemption) -> dict[str, Any]:
    """A redemption as it is shown."""
    return {
        "redemption": found.id,
        "transaction": transaction_of(found.transaction),
        "state": found.state,
        "revision": found.revision,
        "decision": found.decision,
        "expires_at": moment_of(found.expires_at),
        "flags": found.flags,
        "replayed": found.replayed,
        "items": [
            {
                "offer": item.offer,
                "campaign": item.campaign,
                "line": item.line,
                "quantity": till.decimal(item.quantity_milli),
                "desired": item.desired_minor,
                "granted": item.granted_minor,
                "returned": item.returned_minor,
                "unit": item.unit,
                "over_limit": item.over_limit,
                "reason": item.reason,
            }
            for item in found.items
        ],
    }


def transaction_of(key: Any) -> dict[str, Any]:
    """A transaction's key as it is shown."""
    return {
        "store": key.store,
        "terminal": key.terminal,
        "business_day": key.business_day.isoformat(),
        "number": key.number,
    }
