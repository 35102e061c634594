"""Taking goods back: what is due by policy, what the offers get back, and the points that came with them.

Invariant: a return is of one transaction and one sale; the same again gets the first answer. In all no more
comes back of a line than was sold. The sale's redemption is locked first, then its limits, then points.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec
from sqlalchemy import Connection

from offers import clock
from offers.context import Context
from offers.errors import (
    OffersError,
    RedemptionStateError,
    ReturnBeyondSaleError,
    TransactionConflictError,
    UnknownRedemptionError,
)
from offers.points import account
from offers.redemptions import ledger, ledger_view, store_redemptions
from offers.redemptions.redemption import Clocks, Refused, Returned, ReturnedLine
from offers.redemptions.store_redemptions import Booked
from offers.returns import dues, refund, store
from offers.returns.case import Case, gather
from offers.returns.model import Return

_RETURNED: Final = msgspec.json.Decoder(Returned)


def give_back(
    connection: Connection, ctx: Context, asked: Return, clocks: Clocks, *, facts: bool = False
) -> Returned | Refused:
    """Book a return. `facts`: it has happened, so what is more than was sold is flagged instead of refused.

    Raises UnknownRedemptionError, UnknownStoreError.
    """
    sale_store_no = ctx.snapshots.store_no(connection, asked.sale.store)
    own_store_no = ctx.snapshots.store_no(connection, asked.transaction.store)
    held = store_redemptions.lock(connection, sale_store_no, asked.sale)
    if held is None:
        raise UnknownRedemptionError
    digest = ledger.digest_of(asked.lines)
    made = store.made(connection, held.redemption_no, own_store_no, asked.transaction)
    if made is not None:
        if made[0] != digest:
            return _refused(connection, held, asked, clocks, TransactionConflictError())
        return replace(_RETURNED.decode(made[1]), replayed=True)
    if held.state != "committed":
        error = RedemptionStateError(f"It is {held.state}; only what was sold comes back.")
        return _refused(connection, held, asked, clocks, error)
    case = gather(connection, ctx, held, asked, sale_store_no)
    if case.flags & {"returned_beyond_sale"} and not facts:
        return _refused(connection, held, asked, clocks, ReturnBeyondSaleError())
    lines = dues.due(case, asked)
    if asked.dry_run:
        return _answer(connection, ctx, case, asked, clocks, lines, (0, 0))
    points = _book(connection, case, lines, clocks)
    answer = _answer(connection, ctx, case, asked, clocks, lines, points)
    store.add(
        connection,
        held.redemption_no,
        own_store_no,
        answer,
        digest=digest,
        encoded=msgspec.json.encode(answer).decode(),
        happened_at=clock.settle(
            clocks, offline=facts, business_day=asked.transaction.business_day
        ).happened_at,
    )
    return answer


def _book(
    connection: Connection, case: Case, lines: Sequence[ReturnedLine], clocks: Clocks
) -> tuple[int, int]:
    """Give limits and points back; return how many points were taken back and given back."""
    number, now = case.held.redemption_no, clocks.received_at
    backs = list(dues.backs(case))
    store.put_back(connection, number, backs)
    points = {row.item: row for row in case.items if row.unit == "points"}
    back = {one.item: one.back for one in backs if one.item in points and one.back}
    taken = account.take_back(connection, number, back, now=now) if back else 0
    return taken, _points_due(connection, case, lines)


def _points_due(connection: Connection, case: Case, lines: Sequence[ReturnedLine]) -> int:
    """Points that the sale was paid with come back as its money does: in the same share."""
    number = case.held.redemption_no
    paid = sum(line.paid_minor for line in case.sold.values())
    spent = account.spent_by(connection, number)
    if not spent or not paid:
        return 0
    before = min(paid, sum(one.refunded_minor for one in case.brought.values()))
    after = min(paid, before + sum(line.refunded_minor for line in lines))
    points = refund.share(spent, after, paid) - refund.share(spent, before, paid)
    return account.give_back(connection, number, points) if points else 0


def _answer(
    connection: Connection,
    ctx: Context,
    case: Case,
    asked: Return,
    clocks: Clocks,
    lines: tuple[ReturnedLine, ...],
    points: tuple[int, int],
) -> Returned:
    flags = set(case.flags)
    if any(one.due_minor is not None and one.refunded_minor != one.due_minor for one in lines):
        flags.add("refund_differs")
    return Returned(
        id=ctx.new_id(),
        transaction=asked.transaction,
        policy=case.policy,
        lines=lines,
        redemption=ledger_view.show(connection, case.held, asked.sale, now=clocks.received_at),
        points_taken_back=points[0],
        points_given_back=points[1],
        flags=tuple(sorted(flags)),
    )


def _refused(
    connection: Connection, held: Booked, asked: Return, clocks: Clocks, error: OffersError
) -> Refused:
    return Refused(error, ledger_view.show(connection, held, asked.sale, now=clocks.received_at))
