"""The use cases of offers, as the door calls them: load, decide, save.

Invariant: nothing here commits. The caller's transaction carries the whole answer; a `Refused` is committed
like an answer and rendered afterwards. Whatever is raised instead must be rolled back.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from offers import clock
from offers.context import Answer, Context
from offers.model import Query, Shopper, TransactionKey
from offers.queries import quoting
from offers.queries.looking import Seen
from offers.redemptions import ledger, ledger_view, redeeming
from offers.redemptions.ledger import WHOLE_TRANSACTION, Step
from offers.redemptions.redemption import (
    Authorised,
    Clocks,
    Operation,
    Recorded,
    Redemption,
    Refused,
    Returned,
    Sale,
    Use,
)
from offers.returns import returning, waiting
from offers.returns.model import Return
from offers.sales import plain, recording
from offers.sales.plain import is_plain

__all__ = [
    "Answer",
    "Context",
    "query",
    "use",
    "commit",
    "void",
    "reverse",
    "give_back",
    "book_waiting_return",
    "forget_waiting_returns",
    "sale_of",
    "get",
    "record_transaction",
    "record_plain_sales",
    "is_plain",
]


def query(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    *,
    now: datetime,
    record_no: int | None = None,
    authorised: Authorised = lambda: True,
    content: bytes = b"",
    dry_run: bool = False,
    seen: Seen | None = None,
) -> Answer | Refused:
    """Answer a query. A quote reads once and writes nothing here; mode `reserve` holds what it answers.

    `content` is the body's canonical bytes: the same reserve again gets the first answer. `seen` is what a
    quote must know, where it was read already (`queries.looking.ahead`). Raises CurrencyMismatchError,
    NoLongerAuthorisedError.
    """
    if asked.mode == "reserve" and not dry_run:
        return quoting.reserve(
            connection,
            ctx,
            asked,
            shopper,
            now=now,
            record_no=record_no,
            authorised=authorised,
            content=content,
        )
    return quoting.quote(
        connection, ctx, asked, shopper, now=now, record_no=record_no, dry_run=dry_run, seen=seen
    )


def use(
    connection: Connection, ctx: Context, asked: Use, clocks: Clocks, *, authorised: Authorised = lambda: True
) -> Redemption | Refused:
    """Reserve or commit what an earlier decision offered (`POST /v1/redemptions`).

    Raises UnknownStoreError, NoLongerAuthorisedError.
    """
    if asked.state == "reserved":
        return redeeming.reserve(connection, ctx, asked, clocks, authorised=authorised)
    return redeeming.commit(connection, ctx, asked, clocks, authorised=authorised)


def commit(
    connection: Connection,
    ctx: Context,
    redemption: UUID,
    asked: Use,
    clocks: Clocks,
) -> Redemption | Refused:
    """Make a reserved redemption final; an expired or voided one late, flagged.

    The transaction decides which one it is. Raises UnknownRedemptionError when it has none.
    """
    del redemption
    return redeeming.commit(connection, ctx, asked, clocks, must_exist=True)


def void(
    connection: Connection,
    ctx: Context,
    transaction: TransactionKey,
    clocks: Clocks,
    *,
    revision: int | None = None,
    reason: str | None = None,
) -> Redemption | Refused:
    """Give back what a transaction holds. An unknown one leaves a tombstone; no revision speaks for all."""
    del reason  # the reason is for the door's log; a till may word it anew when it repeats itself
    chosen = WHOLE_TRANSACTION if revision is None else revision
    return ledger.void(connection, _step(connection, ctx, transaction, clocks, "void", chosen))


def reverse(
    connection: Connection,
    ctx: Context,
    transaction: TransactionKey,
    clocks: Clocks,
    *,
    reason: str | None = None,
) -> Redemption | Refused:
    """Undo a whole committed sale (post-void). An unknown one leaves a tombstone."""
    del reason
    step = _step(connection, ctx, transaction, clocks, "reverse", WHOLE_TRANSACTION)
    return ledger.reverse(connection, step)


def give_back(connection: Connection, ctx: Context, asked: Return, clocks: Clocks) -> Returned | Refused:
    """Take goods back, or say what is due for them. Raises UnknownRedemptionError, UnknownStoreError."""
    return returning.give_back(connection, ctx, asked, clocks)


def book_waiting_return(connection: Connection, ctx: Context, *, now: datetime) -> bool:
    """Book a return that came before its sale, once that is there; whether there may be more."""
    return waiting.book_next(connection, ctx, now=now)


def forget_waiting_returns(connection: Connection, *, now: datetime) -> None:
    """Stop waiting for sales that will not come."""
    waiting.forget(connection, now=now)


def sale_of(connection: Connection, redemption: UUID) -> TransactionKey:
    """The transaction that a redemption belongs to; raises UnknownRedemptionError."""
    return ledger_view.transaction_of(connection, redemption)


def get(connection: Connection, ctx: Context, redemption: UUID, *, now: datetime) -> Redemption:
    """The redemption as it stands now; raises UnknownRedemptionError."""
    del ctx
    return ledger_view.find(connection, redemption, now=now)


def record_transaction(
    connection: Connection, ctx: Context, sale: Sale, clocks: Clocks
) -> Recorded | Refused:
    """Store a sale and commit its redemption with it (`POST /v1/transactions`).

    The same content again: the first answer. Other content: refused, and kept as a row for reconciliation.
    `happened` is what the shopper's history should hold; it belongs into the same transaction.
    """
    return recording.record(connection, ctx, sale, clocks)


def record_plain_sales(
    connection: Connection, ctx: Context, sales: Sequence[tuple[Sale, Clocks]]
) -> list[Recorded | None]:
    """Store sales for which `is_plain` holds, in one statement; None for one that is there already, which
    `record_transaction` takes.
    """
    return plain.record(connection, ctx, sales)


def _step(
    connection: Connection,
    ctx: Context,
    transaction: TransactionKey,
    clocks: Clocks,
    operation: Operation,
    revision: int,
) -> Step:
    return Step(
        key=transaction,
        store_no=ctx.snapshots.store_no(connection, transaction.store),
        operation=operation,
        revision=revision,
        digest=b"",
        happened_at=clock.settle(clocks, offline=False, business_day=transaction.business_day).happened_at,
        now=clocks.received_at,
        new_id=ctx.new_id,
    )
