"""Returns that overtook their sale: tills that were offline report late, and feeds in any order.

Invariant: goods that came back are booked once, when their sale is paid, however late the ledger hears of it.
What was cancelled meanwhile is not booked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from offers.context import Context
from offers.model import TransactionKey
from offers.redemptions.redemption import Clocks
from offers.returns import returning, store_waiting
from offers.returns.model import Return
from offers.returns.receipt import returns_of

KEPT_FOR: Final = timedelta(days=31)
"""As long as a till's journal. Most sales that are not known by then were made before the gateway was."""


def keep(connection: Connection, ctx: Context, transaction_no: int, asked: Sequence[Return]) -> None:
    """Let these returns of a recorded transaction wait for their sales."""
    sales = [(ctx.snapshots.store_no(connection, one.sale.store), one.sale) for one in asked]
    store_waiting.add(connection, transaction_no, sales)


def cancel(connection: Connection, ctx: Context, transaction: TransactionKey) -> None:
    """The transaction that brought the goods back was cancelled before it could be booked."""
    store_waiting.drop(connection, ctx.snapshots.store_no(connection, transaction.store), transaction)


def book_next(connection: Connection, ctx: Context, *, now: datetime) -> bool:
    """Book a return whose sale has come; whether there may be more."""
    due = store_waiting.take_next(connection)
    if due is None:
        return False
    clocks = Clocks(received_at=now, occurred_at=due.happened_at)
    for asked in returns_of(due.recorded):
        if asked.sale == due.sale:
            returning.give_back(connection, ctx, asked, clocks, facts=True)
    return True


def forget(connection: Connection, *, now: datetime) -> None:
    """Stop waiting for sales that will not come."""
    store_waiting.forget(connection, before=now - KEPT_FOR)
