"""The words of the ledger: what a till asks of it and what it answers.

Invariant: an answer is a value that can be stored and given again. A refusal is a value too, because the
transaction that carries it must still commit: a tombstone or a row for reconciliation may have been written
on the way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from offers.errors import OffersError
from offers.model import Shopper, TransactionKey

Operation = Literal["reserve", "commit", "void", "reverse"]
State = Literal["reserved", "committed", "voided", "reversed", "expired", "returned"]
Unit = Literal["money", "points"]
ReturnPolicy = Literal["clawback", "prorated"]

# Asked inside the reserving transaction, last before the take: whether the caller may still do this.
Authorised = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Applied:
    """What the till took off one line because of an offer."""

    offer: str
    line: str
    quantity_milli: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Promise:
    """What a signed offer let a till give while it was alone. `code` counts it where it may be used once."""

    offer: str
    maximum_minor: int
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line's share of an offer. `granted_minor` is below `desired_minor` where a limit ran out;
    `returned_minor` of it came back with the goods. Where the unit is points, the amounts are points.
    """

    offer: str
    campaign: str
    line: str
    quantity_milli: int
    desired_minor: int
    granted_minor: int
    returned_minor: int = 0
    unit: Unit = "money"
    over_limit: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """What a transaction holds or used. `flags` say why a person should look at it."""

    id: UUID
    transaction: TransactionKey
    state: State
    revision: int
    items: tuple[Item, ...]
    expires_at: datetime | None = None
    decision: UUID | None = None
    flags: tuple[str, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedLine:
    """A line that came back. `due_minor` is None where nobody knows what was paid for it."""

    line: str
    quantity_milli: int
    due_minor: int | None
    refunded_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The answer to a return: what was due and paid, and the sale's redemption as it then stands."""

    id: UUID
    transaction: TransactionKey
    policy: ReturnPolicy
    lines: tuple[ReturnedLine, ...]
    redemption: Redemption
    points_taken_back: int = 0
    points_given_back: int = 0
    flags: tuple[str, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected no. Commit the transaction, then answer `error`; `stored` is what the ledger has
    instead.
    """

    error: OffersError
    stored: Redemption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The times of one call. `sent_at` is the till's clock when it sent, so that a wrong clock can be
    corrected.
    """

    received_at: datetime
    occurred_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """`POST /v1/redemptions`: a till reserves or commits what an earlier decision offered.

    `decision` None: sold without an answer (offline), by `promises` or by nothing. `shopper` and `record_no`
    say whose limits count, `flags` what the door found wrong.
    """

    transaction: TransactionKey
    decision: UUID | None
    state: Literal["reserved", "committed"]
    applied: tuple[Applied, ...]
    revision: int = 0
    offline: bool = False
    shopper: Shopper | None = None
    record_no: int | None = None
    promises: tuple[Promise, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """`POST /v1/transactions`: what was sold, returned or voided. Lines and tenders are stored as they
    came.
    """

    transaction: TransactionKey
    kind: Literal["sale", "return", "void"]
    currency: str
    lines: tuple[Mapping[str, Any], ...]
    tenders: tuple[Mapping[str, Any], ...] = ()
    redemption: UUID | None = None
    applied: tuple[Applied, ...] = ()
    offline: bool = False
    shopper: Shopper | None = None
    record_no: int | None = None
    promises: tuple[Promise, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What the history of the shopper should hold about a sale; the door knows whose it is."""

    kind: Literal["sale", "return", "void", "redemption"]
    message_id: str
    occurred_at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The answer to a sale. `happened` is empty when it is a replay: the history has it already."""

    id: UUID
    transaction: TransactionKey
    redemption: Redemption | None
    happened: tuple[Happened, ...]
    returns: tuple[Returned, ...] = ()
    flags: tuple[str, ...] = ()
    replayed: bool = False
