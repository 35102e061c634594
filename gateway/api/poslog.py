"""POSLog documents at the door: what a store's server sends during the day."""

from collections.abc import Iterator, Sequence

from flask_smorest import Blueprint
from marshmallow import fields
from sqlalchemy import Connection

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.connectors.poslog import stream
from gateway.connectors.poslog.stream import HostileXmlError
from gateway.poslog.importing import LONGEST_REASON
from gateway.poslog.store import OUTCOMES
from gateway.poslog.taking import Taken, Taker, named
from gateway.shopping.receipts import DEFAULT_SOURCE
from gateway.wire.body import MAX_BATCH_BYTES
from gateway.wire.problems import Problem
from gateway.wire.shapes import Strict

blueprint = Blueprint(
    "poslog", __name__, url_prefix="/v1/connectors/poslog", description="Till feeds in ARTS POSLog."
)


class RejectedTransactionSchema(Strict):
    """A transaction that was not taken in."""

    line = fields.Integer(required=True)
    transaction = fields.String(required=True)
    reason = fields.String(required=True)


class TakenInSchema(Strict):
    """What became of a document's transactions."""

    recorded = fields.Integer(required=True)
    repeated = fields.Integer(required=True)
    passed_over = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    rejected = fields.List(fields.Nested(RejectedTransactionSchema), required=True)


@endpoint(
    blueprint,
    "POST",
    "",
    scopes={Scope.INGEST},
    answers={200: TakenInSchema},
    raw=True,
    most_bytes=MAX_BATCH_BYTES,
    writes="many",
    doc={"requestBody": {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}},
)
def take_poslog(call: Call) -> Answer:
    """Take in a POSLog document; bad transactions are refused alone. Sent again, it changes nothing."""
    stores = call.principal.stores
    taker = Taker(
        call.services,
        call.principal.source or DEFAULT_SOURCE,
        may_store=lambda store: stores is None or store in stores,
    )
    became: dict[int, Taken] = {}

    def note(_: Connection, taken: Sequence[Taken]) -> None:
        became.update((one.found.at.offset, one) for one in taken)

    for _ in taker.take_in(_found(call.body), note):
        """Until all are taken in."""
    outcomes = [one.outcome for one in became.values()]
    rejected = [
        {
            "line": one.found.line,
            "transaction": named(one.found.element),
            "reason": one.reason[:LONGEST_REASON],
        }
        for one in became.values()
        if one.outcome == "refused"
    ]
    return Answer(200, {**{name: outcomes.count(name) for name in OUTCOMES}, "rejected": rejected})


def _found(raw: bytes) -> Iterator[stream.Found]:
    """The document's transactions; all of it is read before the first is taken in."""
    try:
        return iter(list(stream.documents([raw])))
    except HostileXmlError as error:
        raise Problem("malformed_body", f"Not a POSLog that is read here: {error}.") from None
