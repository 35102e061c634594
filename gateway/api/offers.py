"""POST /v1/offers/query: what a till, a kiosk or a shop asks while the shopper waits.

The hottest route: no hook, no schema load and no schema dump stands in its way; the published schema below
and the decoder that really reads the body are shown to agree by a property test.
"""

import datetime as dt

import msgspec
from flask import Request, request
from flask_smorest import Blueprint
from marshmallow import fields, validate
from sqlalchemy import Connection
from werkzeug import Response

from gateway.access import store_keys
from gateway.access.security import Principal, Scope, allow
from gateway.api import remembered
from gateway.api.described import describe
from gateway.api.endpoint import Call, rendered, services
from gateway.api.redemptions import answer_of, still_authorised
from gateway.api.remembered import Caller
from gateway.api.route import Route
from gateway.quick.plain import PlainJson
from gateway.shopping import questions
from gateway.wire import body as bodies
from gateway.wire import decoded
from gateway.wire.decoder import decoder
from gateway.wire.fields import Moment, code, count, flag, one_of
from gateway.wire.shapes import (
    MAX_SHOPPERS,
    BasketSchema,
    EnteredCodeSchema,
    ShopperSchema,
    Strict,
    TenderSchema,
    TransactionKeySchema,
    language,
    many,
    nested,
)
from gateway.wiring import Services
from offers.redemptions.redemption import Refused

blueprint = Blueprint(
    "offers", __name__, url_prefix="/v1/offers", description="Which price is worth offering now?"
)

SCOPES = {Scope.QUERY, Scope.KIOSK}


class QuestionSchema(Strict):
    """A query: who stands where with which basket."""

    transaction = nested(TransactionKeySchema, about="Null on the web, in the app and on a kiosk.")
    revision = count(default=0, about="Raised by the till with every change of the basket.")
    mode = one_of(
        "quote", "reserve", default="quote", about="`reserve` holds what is answered; needs scope redeem."
    )
    channel = one_of("till", "kiosk", "web", "app", required=True)
    language = language()
    sent_at = Moment(load_default=None, allow_none=True)
    training = flag(default=False, about="Answered as always, but nothing is counted or held.")
    shoppers = many(ShopperSchema, most=MAX_SHOPPERS)
    basket = nested(BasketSchema)
    codes = many(EnteredCodeSchema, most=20)
    tenders = many(TenderSchema, most=20)
    placement = code(about="Where it will be shown: receipt, customer_display, banner, ...")
    limit = count(least=1, most=50, default=5)
    dry_run = flag(default=False, about="As a quote, and not counted as shown.")


class ShopperChoiceSchema(Strict):
    """One of several possible shoppers."""

    choice = fields.String(required=True)
    masked = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AnsweredShopperSchema(Strict):
    """What may be said about a shopper of the query, in the order in which they were sent."""

    status = fields.String(required=True, validate=validate.OneOf(["known", "unknown", "ambiguous"]))
    tier = fields.String(required=True, allow_none=True)
    greeting = fields.String(required=True, allow_none=True)
    choices = fields.List(fields.Nested(ShopperChoiceSchema), required=True)


class OfferSchema(Strict):
    """An offer to show."""

    offer = fields.String(required=True)
    campaign = fields.String(required=True)
    title = fields.String(required=True)
    message = fields.String(required=True)
    product = fields.String(required=True, allow_none=True)
    price_before = fields.Integer(required=True, allow_none=True)
    price_after = fields.Integer(required=True, allow_none=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    personalised = fields.Boolean(required=True)
    reasons = fields.List(fields.String(), required=True)


class EffectSchema(Strict):
    """What the till must do to a line."""

    effect = fields.String(required=True)
    type = fields.String(required=True)
    offer = fields.String(required=True)
    campaign = fields.String(required=True)
    line = fields.String(
        required=True, allow_none=True, metadata={"description": "Null for what is on no line, like points."}
    )
    quantity = fields.String(required=True)
    desired = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    reason = fields.String(required=True, allow_none=True)
    funding = fields.String(required=True)
    receipt_text = fields.String(required=True)


class TotalsSchema(Strict):
    """Sums over the sale lines."""

    before = fields.Integer(required=True)
    discount = fields.Integer(required=True)
    tender = fields.Integer(required=True)
    points = fields.Integer(required=True)
    after = fields.Integer(required=True)


class LineAfterSchema(Strict):
    """What a line costs with its effects."""

    line = fields.String(required=True)
    after = fields.Integer(required=True)


class PromptSchema(Strict):
    """What the till should ask the shopper."""

    type = fields.String(required=True, validate=validate.OneOf(["choose_shopper", "choose_gift"]))
    options = fields.List(fields.Dict(), required=True)


class RefusalHintSchema(Strict):
    """What would make a refused offer apply."""

    type = fields.String(required=True)
    value = fields.String(required=True)


class RefusedSchema(Strict):
    """A campaign or a code that gave nothing, and why."""

    campaign = fields.String()
    code = fields.String()
    reason = fields.String(required=True)
    hint = fields.Nested(RefusalHintSchema, required=True, allow_none=True)


class HeldItemSchema(Strict):
    """A held share of an offer."""

    offer = fields.String(required=True)
    line = fields.String(required=True)
    desired = fields.Integer(required=True)
    granted = fields.Integer(required=True)
    over_limit = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)


class HeldSchema(Strict):
    """What mode `reserve` holds until it expires."""

    id = fields.UUID(required=True)
    state = fields.String(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    items = fields.List(fields.Nested(HeldItemSchema), required=True)


class AnswerSchema(Strict):
    """The answer; every offer that did not apply says why."""

    decision = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    catalogue = fields.Integer(required=True)
    valid_until = fields.DateTime(required=True)
    degraded = fields.List(fields.String(), required=True)
    shoppers = fields.List(fields.Nested(AnsweredShopperSchema), required=True)
    offers = fields.List(fields.Nested(OfferSchema), required=True)
    effects = fields.List(fields.Nested(EffectSchema), required=True)
    totals = fields.Nested(TotalsSchema, required=True)
    lines = fields.List(fields.Nested(LineAfterSchema), required=True)
    prompts = fields.List(fields.Nested(PromptSchema), required=True)
    refused = fields.List(fields.Nested(RefusedSchema), required=True)
    redemption = fields.Nested(HeldSchema, required=True, allow_none=True)


DECODE = decoder(decoded.Question, QuestionSchema)

ROUTE = Route(
    method="POST",
    scopes=frozenset(SCOPES),
    writes="natural",
    body=QuestionSchema,
    query=None,
    decode=None,
    raw=False,
    most_bytes=bodies.MAX_BODY_BYTES,
)


def query_offers() -> Response | PlainJson:
    """Ask which offers apply to this shopper and basket, here and now."""
    return answered(services(), request)


def answered(held: Services, asked: Request) -> Response | PlainJson:
    """The answer to a query, whatever became of it."""
    return remembered.answered(held, asked, _answer)


describe(query_offers, route=ROUTE, answers={200: AnswerSchema}, more={})
query_offers.o2o_route = ROUTE  # type: ignore[attr-defined]
blueprint.route("/query", methods=["POST"])(query_offers)


def _answer(held: Services, asked: Request, caller: Caller) -> Response | PlainJson:
    principal, now = caller.known.principal, caller.now
    allow(principal, ROUTE.scopes)
    question = DECODE(bodies.json_body(asked, any_depth=True))
    questions.check(question, principal)
    if question.mode == "quote" or question.training:
        return _quoted(held, question, caller)
    return _reserved(held, asked, question, principal, now)


def _quoted(held: Services, question: decoded.Question, caller: Caller) -> Response | PlainJson:
    now = caller.now
    with held.quick.connect() as connection:
        outcome = questions.answer(connection, held, question, caller.known.principal, now=now)
        if caller.is_remembered:
            cursor = connection.connection.cursor()
            came = outcome.key_version if isinstance(outcome, questions.Answered) else None
            version = came if came is not None else store_keys.version(cursor)
            held.keyring.confirm(cursor, caller.token, caller.known, version=version, now=now)
    return _response(outcome)


def _reserved(
    held: Services, asked: Request, question: decoded.Question, principal: Principal, now: dt.datetime
) -> Response | PlainJson:
    def reserve(connection: Connection) -> questions.Answered | Refused:
        call = Call(services=held, request=asked, principal=principal, now=now, connection=connection)
        return questions.answer(
            connection,
            held,
            question,
            principal,
            now=now,
            content=canonical(question),
            authorised=still_authorised(call),
        )

    return _response(held.database.transact(reserve))


def _response(outcome: questions.Answered | Refused) -> Response | PlainJson:
    if isinstance(outcome, Refused):
        return rendered(answer_of(outcome))
    return PlainJson(msgspec.json.encode(questions.members(outcome)))


def canonical(question: decoded.Question) -> bytes:
    """What makes two reserves the same: all that was asked, but not when it was sent."""
    return msgspec.json.encode(msgspec.structs.replace(question, sent_at=None), order="sorted")
