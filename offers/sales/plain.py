"""Plain sales, many at once: nothing was redeemed, nothing came back, so there is only a receipt to keep.

Invariant: what is stored of a plain sale is what `recording.record` would have stored. Most of a day file is
plain sales, and statements of its own for each cost more than all it says.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from sqlalchemy import Connection

from offers.context import Context
from offers.redemptions.redemption import Clocks, Recorded, Sale
from offers.returns.receipt import returns_of
from offers.sales import recording, store_transactions
from offers.sales.recording import Receipt
from offers.sales.store_transactions import Kept


def is_plain(sale: Sale) -> bool:
    """Whether there is only a receipt to keep."""
    return (
        sale.kind == "sale"
        and sale.redemption is None
        and not sale.applied
        and not sale.promises
        and not sale.flags
        and not recording.points_tendered(sale)
        and not returns_of(sale)
    )


def record(
    connection: Connection, ctx: Context, sales: Sequence[tuple[Sale, Clocks]]
) -> list[Recorded | None]:
    """Store plain sales and return what each came to; None for one whose transaction is there already: only
    `recording.record` can say whether it is the same.
    """
    receipts = [(recording.receipt_of(connection, ctx, sale, clocks), clocks) for sale, clocks in sales]
    answers = [_recorded(ctx, receipt) for receipt, _ in receipts]
    new = store_transactions.make_plain(
        connection,
        [
            Kept(
                sale=receipt.sale,
                store_no=receipt.store_no,
                transaction_id=answer.id,
                digest=receipt.digest,
                settled=receipt.settled,
                clocks=clocks,
                answer=msgspec.json.encode(replace(answer, happened=())).decode(),
            )
            for (receipt, clocks), answer in zip(receipts, answers, strict=True)
        ],
    )
    return [answer if answer.id in new else None for answer in answers]


def _recorded(ctx: Context, receipt: Receipt) -> Recorded:
    return Recorded(
        id=ctx.new_id(),
        transaction=receipt.sale.transaction,
        redemption=None,
        happened=recording.happened(receipt, None),
        flags=tuple(sorted(receipt.settled.flags)),
    )
