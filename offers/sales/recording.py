"""Recording what tills sold: the receipt is kept, its redemption committed with it, the history told what
happened.

Invariant: what a till reports is never dropped. The same content again gets the first answer; other content
is refused and kept for a person to reconcile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from offers import clock, transaction_key
from offers.clock import Settled
from offers.context import Context
from offers.errors import TransactionConflictError
from offers.points import account
from offers.redemptions import ledger, redeeming, store_redemptions, wishes
from offers.redemptions.ledger import WHOLE_TRANSACTION, Step
from offers.redemptions.redemption import (
    Clocks,
    Happened,
    Recorded,
    Redemption,
    Refused,
    Returned,
    Sale,
    Use,
)
from offers.returns import exchange
from offers.returns.receipt import returns_of
from offers.sales import store_transactions

POINTS: Final = "points"
"""The means of payment that is points."""

_RECORDED: Final = msgspec.json.Decoder(Recorded)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A sale about to be stored."""

    sale: Sale
    store_no: int
    digest: bytes
    settled: Settled


def record(connection: Connection, ctx: Context, sale: Sale, clocks: Clocks) -> Recorded | Refused:
    """Store a sale, return or void, and do to its redemption what follows from it."""
    receipt = receipt_of(connection, ctx, sale, clocks)
    made = ctx.new_id()
    number = store_transactions.make(
        connection,
        sale,
        receipt.store_no,
        made,
        digest=receipt.digest,
        settled=receipt.settled,
        clocks=clocks,
    )
    if number is None:
        return _again(connection, receipt, clocks)
    flags = set(receipt.settled.flags)
    asked = returns_of(sale)
    returned: tuple[Returned, ...] = ()
    if asked:
        returned = exchange.book(connection, ctx, sale, asked, clocks, transaction_no=number, flags=flags)
    redemption = _redeem(connection, ctx, receipt, clocks)
    if isinstance(redemption, Refused):
        _reconcile(connection, receipt, clocks, "redemption")
        flags.add("redemption_differs")
    booked = redemption.stored if isinstance(redemption, Refused) else redemption
    if booked is not None:
        flags.update(booked.flags)
        _pay_points(connection, receipt, booked, clocks, flags)
    if sale.kind == "void" and exchange.cancel(connection, ctx, sale.transaction):
        flags.add("return_voided")
    recorded = Recorded(
        id=made,
        transaction=sale.transaction,
        redemption=booked,
        happened=happened(receipt, booked),
        returns=returned,
        flags=tuple(sorted(flags)),
    )
    store_transactions.keep_answer(
        connection, number, msgspec.json.encode(replace(recorded, happened=())).decode(), recorded
    )
    return recorded


def receipt_of(connection: Connection, ctx: Context, sale: Sale, clocks: Clocks) -> Receipt:
    """A sale with what is found out about it before it is stored. Raises UnknownStoreError."""
    return Receipt(
        sale=sale,
        store_no=ctx.snapshots.store_no(connection, sale.transaction.store),
        digest=ledger.digest_of(_content(sale)),
        settled=clock.settle(clocks, offline=sale.offline, business_day=sale.transaction.business_day),
    )


def _again(connection: Connection, receipt: Receipt, clocks: Clocks) -> Recorded | Refused:
    found = store_transactions.read(connection, receipt.sale, receipt.store_no)
    recorded = _RECORDED.decode(found.answer)
    if found.digest == receipt.digest:
        return replace(recorded, replayed=True)
    _reconcile(connection, receipt, clocks, "other_content")
    return Refused(TransactionConflictError(), recorded.redemption)


def _redeem(
    connection: Connection, ctx: Context, receipt: Receipt, clocks: Clocks
) -> Redemption | Refused | None:
    """Commit what a sale used; give back what a voided one held or used. Returns none for what used
    nothing.
    """
    sale = receipt.sale
    if sale.kind == "void":
        return _undo(connection, ctx, receipt, clocks)
    if sale.kind == "return":
        return None
    if sale.redemption is None and not sale.applied and not points_tendered(sale):
        return None
    asked = Use(
        transaction=sale.transaction,
        decision=None,
        state="committed",
        applied=sale.applied,
        offline=sale.offline,
        shopper=sale.shopper,
        record_no=sale.record_no,
        promises=sale.promises,
        flags=sale.flags,
    )
    done = redeeming.commit(connection, ctx, asked, clocks, facts=True)
    if isinstance(done, Refused) and done.stored is not None and _agree(done.stored, sale):
        return done.stored
    return done


def _pay_points(
    connection: Connection, receipt: Receipt, booked: Redemption, clocks: Clocks, flags: set[str]
) -> None:
    """Take the points that a sale was paid with from whoever paid; more than there were are owed."""
    sale = receipt.sale
    points = points_tendered(sale) if booked.state == "committed" else 0
    if not points:
        return
    held = store_redemptions.lock(connection, receipt.store_no, sale.transaction)
    assert held is not None, "what was booked is there"
    own = (sale.record_no,) if sale.record_no is not None else ()
    records = sale.shopper.limit_members if sale.shopper is not None else own
    if account.spend(connection, held.redemption_no, records, points, now=clocks.received_at):
        flags.add("points_overdrawn")


def points_tendered(sale: Sale) -> int:
    """The points that a sale was paid with: each pays one minor unit."""
    return sum(tender.get("amount", 0) for tender in sale.tenders if tender["type"] == POINTS)


def _undo(
    connection: Connection, ctx: Context, receipt: Receipt, clocks: Clocks
) -> Redemption | Refused | None:
    step = Step(
        key=receipt.sale.transaction,
        store_no=receipt.store_no,
        operation="reverse",
        revision=WHOLE_TRANSACTION,
        digest=receipt.digest,
        happened_at=receipt.settled.happened_at,
        now=clocks.received_at,
        new_id=ctx.new_id,
    )
    return ledger.reverse(connection, step)


def _agree(stored: Redemption, sale: Sale) -> bool:
    """Whether the till committed before, and the same: then its sale only repeats what the ledger knows."""
    if stored.state != "committed":
        return False
    booked = {(item.offer, item.line): item.granted_minor for item in stored.items if item.granted_minor}
    applied = wishes.merged(sale.applied)
    return not applied or booked == {(one.offer, one.line): one.amount_minor for one in applied}


def _reconcile(connection: Connection, receipt: Receipt, clocks: Clocks, reason: str) -> None:
    store_transactions.add_reconciliation(
        connection,
        receipt.sale,
        receipt.store_no,
        reason=reason,
        content=msgspec.json.encode(_content(receipt.sale)).decode(),
        digest=receipt.digest,
        at=clocks.received_at,
    )


def _content(sale: Sale) -> Mapping[str, Any]:
    """What makes two reports of a transaction the same: all but what we found out about it ourselves."""
    # Not `asdict`, which copies every line down to its last text: the encoder reads dataclasses as they are.
    return {
        field.name: getattr(sale, field.name)
        for field in fields(sale)
        if field.name not in {"shopper", "record_no", "promises", "flags"}
    }


def happened(receipt: Receipt, redemption: Redemption | None) -> tuple[Happened, ...]:
    """What the shopper's history should hold."""
    sale, at = receipt.sale, receipt.settled.happened_at
    named = transaction_key.spell(sale.transaction)
    transaction = {
        "store": sale.transaction.store,
        "terminal": sale.transaction.terminal,
        "business_day": sale.transaction.business_day.isoformat(),
        "number": sale.transaction.number,
    }
    body = {"transaction": transaction, "currency": sale.currency, "lines": list(sale.lines)}
    told_of = [Happened(kind=sale.kind, message_id=f"{sale.kind}/{named}", occurred_at=at, body=body)]
    if redemption is not None and redemption.state == "committed" and redemption.items:
        items = [
            {
                "offer": item.offer,
                "campaign": item.campaign,
                "line": item.line,
                "amount": item.granted_minor,
            }
            for item in redemption.items
            if item.granted_minor
        ]
        told = {"transaction": transaction, "currency": sale.currency, "items": items}
        told_of.append(
            Happened(kind="redemption", message_id=f"redemption/{named}", occurred_at=at, body=told)
        )
    return tuple(told_of)


def read(connection: Connection, transaction: UUID) -> Recorded | None:
    """A recorded transaction by its id."""
    answer = store_transactions.read_by_id(connection, transaction)
    return _RECORDED.decode(answer) if answer is not None else None
