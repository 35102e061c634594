"""The returns of a recorded transaction, booked as facts; with a sale beside them it is an exchange.

Invariant: all locks of the returns and of the sale are taken here, in the order of everybody, before either
is booked: redemptions, person, limits.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from offers.context import Context
from offers.errors import UnknownRedemptionError
from offers.model import TransactionKey
from offers.redemptions import store_people, wishes
from offers.redemptions.redemption import Clocks, Refused, Returned, Sale
from offers.returns import returning, store
from offers.returns.model import Return


def book(
    connection: Connection, ctx: Context, sale: Sale, asked: Sequence[Return], clocks: Clocks, flags: set[str]
) -> tuple[Returned, ...]:
    """Book what a transaction brought back; what cannot be booked is flagged for a person to look at."""
    if sale.applied or len(asked) > 1:
        _lock(connection, ctx, sale, asked)
    made = []
    for one in asked:
        try:
            answer = returning.give_back(connection, ctx, one, clocks, facts=True)
        except UnknownRedemptionError:
            # Sold without offers, or not reported yet: the report of the day tells the two apart.
            flags.add("unknown_original")
            continue
        if isinstance(answer, Refused):
            flags.add("return_differs")
        else:
            flags.update(answer.flags)
            made.append(answer)
    return tuple(made)


def is_return(connection: Connection, ctx: Context, transaction: TransactionKey) -> bool:
    """Whether a transaction brought anything back."""
    store_no = ctx.snapshots.store_no(connection, transaction.store)
    return bool(store.ids_of(connection, store_no, transaction))


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
