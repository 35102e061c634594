"""Sales, returns and voids as tills record them: the receipt, whose it was, and the redemption that goes with
it.
"""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from gateway.access.security import Scope, speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.redemptions import ShownRedemptionSchema, durably, redemption_of, transaction_of
from gateway.api.refused import refused_answer
from gateway.api.returns import ReturnedSchema, returned_of
from gateway.shopping import offline_offers, receipts, shoppers
from gateway.wire import decoded
from gateway.wire.decoder import decoder
from gateway.wire.fields import Moment, flag, one_of, text
from gateway.wire.shapes import (
    MAX_LINES,
    MAX_SHOPPERS,
    AppliedSchema,
    BasketSchema,
    ShopperSchema,
    Strict,
    TenderSchema,
    TransactionKeySchema,
    many,
    nested,
    sent_at,
    tokens,
)
from offers import clock
from offers.redemptions.redemption import Clocks, Recorded, Refused

blueprint = Blueprint("transactions", __name__, url_prefix="/v1", description="What tills sold.")


class TransactionSchema(Strict):
    """A finished transaction. Repeated, it gives the first answer."""

    transaction = nested(TransactionKeySchema, required=True)
    kind = one_of("sale", "return", "void", required=True)
    occurred_at = Moment(required=True)
    shoppers = many(ShopperSchema, most=MAX_SHOPPERS)
    basket = nested(BasketSchema)
    tenders = many(TenderSchema, most=20)
    redemption = text(longest=128, about="The redemption that this sale pays for; it is committed with it.")
    applied = many(AppliedSchema, most=MAX_LINES)
    offline = flag(default=False, about="Sold while the gateway could not be asked.")
    sent_at = sent_at()
    tokens = tokens()


class RecordedSchema(Strict):
    """What was recorded."""

    id = fields.UUID(required=True)
    transaction = nested(TransactionKeySchema, required=True)
    redemption = fields.Nested(ShownRedemptionSchema, required=True, allow_none=True)
    returns = fields.List(fields.Nested(ReturnedSchema), required=True)
    flags = fields.List(fields.String(), required=True)
    replayed = fields.Boolean(required=True)


@endpoint(
    blueprint,
    "POST",
    "/transactions",
    scopes={Scope.INGEST, Scope.REDEEM},
    body=TransactionSchema,
    decode=decoder(decoded.Transaction, TransactionSchema),
    answers={200: RecordedSchema},
    writes="many",
)
def record_transaction(call: Call) -> Answer:
    """Record a sale, a return or a void. A sale commits its redemption in the same moment."""
    return durably(call, lambda: _record(call))


def _record(call: Call) -> Answer:
    sent: decoded.Transaction = call.body
    speaks_for_store(call.principal, sent.transaction.store)
    receipts.check(sent)
    held = call.services
    clocks = Clocks(received_at=call.now, occurred_at=sent.occurred_at, sent_at=sent.sent_at)
    cards = [card for one in sent.shoppers for card in shoppers.shown(one)]
    outcome = receipts.record(
        call.connection,
        held.identity,
        held.offers,
        sent,
        source=call.principal.source or receipts.DEFAULT_SOURCE,
        now=call.now,
        tokens=offline_offers.check(
            held.secrets,
            sent.tokens,
            cards,
            sent.transaction.store,
            clock.settle(clocks, offline=sent.offline, business_day=sent.transaction.business_day),
        ),
    )
    if isinstance(outcome, Refused):
        stored = redemption_of(outcome.stored) if outcome.stored is not None else None
        return refused_answer(outcome.error, stored=stored)
    return Answer(200, recorded_of(outcome))


def recorded_of(found: Recorded) -> dict[str, Any]:
    """A recorded transaction as it is shown."""
    return {
        "id": found.id,
        "transaction": transaction_of(found.transaction),
        "redemption": redemption_of(found.redemption) if found.redemption is not None else None,
        "returns": [returned_of(one) for one in found.returns],
        "flags": found.flags,
        "replayed": found.replayed,
    }
