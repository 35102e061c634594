"""The returns of a recorded transaction, booked as facts; with a sale beside them it is an exchange.

Invariant: all locks of the returns and of the sale are taken here, in the order of everybody, before either
is booked: redemptions, person, limits.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from offers.context import Context
from offers.errors import UnknownRedemptionError
from offers.model import TransactionKey
from offers.redemptions import store_people, wishes
from offers.redemptions.redemption import Clocks, Returned, Sale
from offers.returns import returning, store, store_waiting, waiting
from offers.returns.model import Return

_NOT_PAID_YET: Final = frozenset({"reserved", "expired", "voided"})
"""What a till that was alone may have sold all the same: its word comes late."""


def book(
    connection: Connection,
    ctx: Context,
    sale: Sale,
    asked: Sequence[Return],
    clocks: Clocks,
    *,
    transaction_no: int,
    flags: set[str],
) -> tuple[Returned, ...]:
    """Book what a recorded transaction brought back. What comes before its sale waits for it, flagged; what
    cannot be booked is flagged for a person to look at.
    """
    if _was_cancelled(connection, ctx, sale):
        flags.add("return_voided")
        return ()
    if sale.applied or len(asked) > 1:
        _lock(connection, ctx, sale, asked)
    made, early = [], []
    for one in asked:
        try:
            answer = returning.give_back(connection, ctx, one, clocks, facts=True)
        except UnknownRedemptionError:
            if not _was_sold(connection, ctx, one):
                early.append(one)
            continue
        if isinstance(answer, Returned):
            flags.update(answer.flags)
            made.append(answer)
        elif answer.stored is not None and answer.stored.state in _NOT_PAID_YET:
            early.append(one)
        else:
            flags.add("return_differs")
    if early:
        flags.add("unknown_original")
        waiting.keep(connection, ctx, transaction_no, early)
    return tuple(made)


def cancel(connection: Connection, ctx: Context, transaction: TransactionKey) -> bool:
    """A transaction was cancelled: what it brought back is not waited for any more. Whether any of it was
    booked.
    """
    waiting.cancel(connection, ctx, transaction)
    store_no = ctx.snapshots.store_no(connection, transaction.store)
    return bool(store.ids_of(connection, store_no, transaction))


def _was_cancelled(connection: Connection, ctx: Context, sale: Sale) -> bool:
    """Whether the void of a transaction overtook it."""
    store_no = ctx.snapshots.store_no(connection, sale.transaction.store)
    return store_waiting.is_recorded(connection, store_no, sale.transaction, "void")


def _was_sold(connection: Connection, ctx: Context, asked: Return) -> bool:
    """Whether the sale is known, and used no offers: then nothing of them comes back."""
    store_no = ctx.snapshots.store_no(connection, asked.sale.store)
    return store_waiting.is_recorded(connection, store_no, asked.sale, "sale")


def _lock(connection: Connection, ctx: Context, sale: Sale, asked: Sequence[Return]) -> None:
    sales = [(ctx.snapshots.store_no(connection, one.sale.store), one.sale) for one in asked]
    store.lock_sales(connection, sales)
    if sale.shopper is not None:
        store_people.lock_person(connection, sale.shopper.limit_members)
    store.lock_room(
        connection,
        sales,
        {wishes.campaign_of(one.offer) for one in sale.applied},
        store_no=ctx.snapshots.store_no(connection, sale.transaction.store),
        day=sale.transaction.business_day,
    )
