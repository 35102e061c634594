"""Goods that are brought back: what is due for them, and what the offers get back. The transaction that takes
them back is the natural key, so calls may repeat.
"""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.redemptions import REDEEM, ShownRedemptionSchema, durably, redemption_of, transaction_of
from gateway.api.refused import refused_answer
from gateway.shopping import till
from gateway.wire import decoded
from gateway.wire.decoder import decoder
from gateway.wire.fields import Moment, code, flag, minor
from gateway.wire.shapes import MAX_LINES, Strict, TransactionKeySchema, nested, quantity
from offers import service
from offers.redemptions.redemption import Clocks, Refused, Returned
from offers.returns.model import Return, ReturnLine

blueprint = Blueprint("returns", __name__, url_prefix="/v1/redemptions", description="Goods brought back.")


class ReturnLineSchema(Strict):
    """So much of a line of the sale."""

    of_line = code(required=True, about="The line of the sale.")
    quantity = quantity(required=True)
    refunded = minor(about="What the till paid out. Left out: what is due.")


class ReturnSchema(Strict):
    """What comes back of a sale. Repeated, it gives the first answer."""

    transaction = nested(TransactionKeySchema, required=True, about="Its own, not the sale's.")
    lines = fields.List(
        fields.Nested(ReturnLineSchema), required=True, validate=validate.Length(min=1, max=MAX_LINES)
    )
    occurred_at = Moment(load_default=None, allow_none=True)
    dry_run = flag(default=False, about="Say what is due and book nothing.")


class ReturnedLineSchema(Strict):
    """What was due for a line and what was paid; `due` is null where nobody knows what the line cost."""

    of_line = fields.String(required=True)
    quantity = fields.String(required=True)
    due = fields.Integer(required=True, allow_none=True)
    refunded = fields.Integer(required=True)


class PointsSchema(Strict):
    """Points that came and went with the goods."""

    taken_back = fields.Integer(required=True, metadata={"description": "Earned with what came back."})
    given_back = fields.Integer(required=True, metadata={"description": "The sale was paid with them."})


class ReturnedSchema(Strict):
    """A return as it was booked, and the sale's redemption as it then stood."""

    id = fields.UUID(required=True)
    transaction = nested(TransactionKeySchema, required=True)
    policy = fields.String(required=True, validate=validate.OneOf(["clawback", "prorated"]))
    lines = fields.List(fields.Nested(ReturnedLineSchema), required=True)
    points = nested(PointsSchema, required=True)
    redemption = nested(ShownRedemptionSchema, required=True)
    flags = fields.List(fields.String(), required=True)
    replayed = fields.Boolean(required=True)


@endpoint(
    blueprint,
    "POST",
    "/<uuid:redemption>/return",
    scopes=REDEEM,
    body=ReturnSchema,
    decode=decoder(decoded.Return, ReturnSchema),
    answers={200: ReturnedSchema},
    writes="many",
)
def return_redemption(call: Call, redemption: UUID) -> Answer:
    """Goods of a sale come back, at any store."""
    return durably(call, lambda: _give_back(call, redemption))


def _give_back(call: Call, redemption: UUID) -> Answer:
    sent: decoded.Return = call.body
    speaks_for_store(call.principal, sent.transaction.store)
    asked = Return(
        transaction=till.transaction_key(sent.transaction),
        sale=service.sale_of(call.connection, redemption),
        lines=tuple(
            ReturnLine(line.of_line, till.milli(line.quantity), line.refunded) for line in sent.lines
        ),
        dry_run=sent.dry_run,
    )
    clocks = Clocks(received_at=call.now, occurred_at=sent.occurred_at)
    outcome = service.give_back(call.connection, call.services.offers, asked, clocks)
    if isinstance(outcome, Refused):
        stored = redemption_of(outcome.stored) if outcome.stored is not None else None
        return refused_answer(outcome.error, stored=stored)
    return Answer(200, returned_of(outcome))


def returned_of(found: Returned) -> dict[str, Any]:
    """A return as it is shown."""
    return {
        "id": found.id,
        "transaction": transaction_of(found.transaction),
        "policy": found.policy,
        "lines": [
            {
                "of_line": line.line,
                "quantity": till.decimal(line.quantity_milli),
                "due": line.due_minor,
                "refunded": line.refunded_minor,
            }
            for line in found.lines
        ],
        "points": {"taken_back": found.points_taken_back, "given_back": found.points_given_back},
        "redemption": redemption_of(found.redemption),
        "flags": found.flags,
        "replayed": found.replayed,
    }
