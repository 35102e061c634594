"""The use cases of offers, one paragraph each: load, decide, save.

Invariant: nothing here commits. The caller's transaction carries the whole answer; a `Refused` is committed like an
answer and rendered afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from offers.assortment import Assortment
from offers.decision import Decision
from offers.decision_log import DecisionLog
from offers.model import Policy, Query, Shopper, TransactionKey
from offers.redemption import Authorised, Clocks, Recorded, Redemption, Refused, Sale, Use
from offers.snapshots import Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the use cases need of the process: its copies of what seldom changes, its log, its source of ids."""

    policy: Policy
    snapshots: Snapshots
    assortment: Assortment
    log: DecisionLog
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answered query; `redemption` in mode `reserve` when something was held."""

    id: UUID
    revision: int
    decision: Decision
    redemption: Redemption | None = None


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
) -> Answer | Refused:
    """Answer a query. A quote reads once and writes nothing here; mode `reserve` holds what it answers.

    `content` is the body's canonical bytes: the same reserve again gets the first answer.
    """
    raise NotImplementedError


def use(
    connection: Connection, ctx: Context, asked: Use, clocks: Clocks, *, authorised: Authorised = lambda: True
) -> Redemption | Refused:
    """Reserve or commit what an earlier decision offered (`POST /v1/redemptions`)."""
    raise NotImplementedError


def commit(
    connection: Connection,
    ctx: Context,
    redemption: UUID,
    asked: Use,
    clocks: Clocks,
) -> Redemption | Refused:
    """Make a reserved redemption final; an expired or voided one late, flagged."""
    raise NotImplementedError


def void(
    connection: Connection,
    ctx: Context,
    transaction: TransactionKey,
    clocks: Clocks,
    *,
    revision: int | None = None,
    reason: str | None = None,
) -> Redemption | Refused:
    """Give back what a transaction holds. An unknown one leaves a tombstone; no revision speaks for all of them."""
    raise NotImplementedError


def reverse(
    connection: Connection,
    ctx: Context,
    transaction: TransactionKey,
    clocks: Clocks,
    *,
    reason: str | None = None,
) -> Redemption | Refused:
    """Undo a whole committed sale (post-void). An unknown one leaves a tombstone."""
    raise NotImplementedError


def get(connection: Connection, ctx: Context, redemption: UUID, *, now: datetime) -> Redemption:
    """The redemption as it stands now; `RedemptionUnknown` when there is none."""
    raise NotImplementedError


def record_transaction(connection: Connection, ctx: Context, sale: Sale, clocks: Clocks) -> Recorded | Refused:
    """Store a sale and commit its redemption with it.

    The same content again: the first answer. Other content: refused, and kept as a row for reconciliation.
    """
    raise NotImplementedError
