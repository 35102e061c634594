"""Taking in the transactions of a POSLog, through the same code as `POST /v1/transactions`.

Invariant: each is taken in or refused as if it came alone. Plain sales, which most are, go together: a
statement each costs more than what they say.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import msgspec
import structlog
from sqlalchemy import Connection

from gateway.connectors.poslog import transactions
from gateway.connectors.poslog.keys import own_key
from gateway.connectors.poslog.stream import Found, HostileXmlError
from gateway.connectors.poslog.transactions import NotATransactionError
from gateway.poslog.store import Outcome
from gateway.shopping import receipts
from gateway.wire import decoded
from gateway.wire.problems import Problem
from gateway.wire.refusals import problem_of
from gateway.wiring import Services
from offers.errors import UnknownStoreError
from offers.redemptions.redemption import Recorded, Refused
from offers.retailer import stores
from offers.retailer.shop import Store

MayStore = Callable[[str], bool]
"""Whether the caller may speak for a store."""

TOGETHER: Final = 100
TOGETHER_BYTES: Final = 2_000_000
"""What one database transaction takes in at most: its locks are short, and so little is held in memory."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Read:
    """A transaction as far as it can be understood without taking it in: `sent` is what it says, else it is
    no sale, or refused for the `reason`.
    """

    found: Found
    sent: decoded.Transaction | None = None
    reason: str | None = None

    @property
    def is_alone(self) -> bool:
        """Whether more follows from it than a receipt."""
        return self.sent is not None and not receipts.is_plain(self.sent)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a transaction; the reason when it was refused."""

    found: Found
    outcome: Outcome
    reason: str = ""


Note = Callable[[Connection, Sequence[Taken]], None]
"""Told what became of some transactions, in the database transaction that takes them in."""


@dataclass(slots=True)
class Taker:
    """Takes in transactions for one source; remembers the stores it has seen."""

    services: Services
    source: str
    may_store: MayStore = lambda _: True
    _stores: dict[str, Store] = field(default_factory=dict)

    def take_in(self, found: Iterable[Found], note: Note) -> Iterator[int]:
        """Takes all in, in order, each once; yields how many after each database transaction."""
        for group in _groups(map(self._read, found)):
            self._take(group, note)
            yield len(group)

    def _take(self, group: Sequence[Read], note: Note) -> None:
        try:
            self.services.database.transact(
                lambda connection: note(connection, self._taken(connection, group))
            )
        except Exception as error:
            if len(group) == 1:
                raise
            log.warning("one_by_one", error=error)
            for one in group:
                self._take([one], note)

    def _taken(self, connection: Connection, group: Sequence[Read]) -> list[Taken]:
        plain = [one.sent for one in group if one.sent is not None and not one.is_alone]
        recorded = iter(self._record_plain(connection, plain) if len(plain) > 1 else [None] * len(plain))
        return [
            self._became(connection, one, None if one.sent is None or one.is_alone else next(recorded))
            for one in group
        ]

    def _record_plain(
        self, connection: Connection, plain: Sequence[decoded.Transaction]
    ) -> list[Recorded | None]:
        held = self.services
        return receipts.record_plain(
            connection, held.identity, held.offers, plain, source=self.source, now=held.clock()
        )

    def _became(self, connection: Connection, one: Read, recorded: Recorded | None) -> Taken:
        if one.reason is not None:
            return Taken(one.found, "refused", one.reason)
        if one.sent is None:
            return Taken(one.found, "passed_over")
        if recorded is not None:
            return Taken(one.found, "recorded")
        try:
            with connection.begin_nested():
                return Taken(one.found, self._record(connection, one.sent))
        except REFUSALS as error:
            return Taken(one.found, "refused", reason_of(error))

    def _record(self, connection: Connection, sent: decoded.Transaction) -> Outcome:
        held = self.services
        done = receipts.record(
            connection, held.identity, held.offers, sent, source=self.source, now=held.clock()
        )
        if isinstance(done, Refused):
            raise NotATransactionError(problem_of(done.error).detail)
        return "repeated" if done.replayed else "recorded"

    def _read(self, found: Found) -> Read:
        try:
            return Read(found, self._sent(found.element))
        except REFUSALS as error:
            return Read(found, reason=reason_of(error))

    def _sent(self, element: Element) -> decoded.Transaction | None:
        """What it says; None for what is no sale, return or void. Raises what `REFUSALS` names."""
        if element.find("RetailTransaction") is None:
            return None
        code = transactions.store_of(element)
        if code is None:
            raise NotATransactionError("names no store")
        if not self.may_store(code):
            raise NotATransactionError(f"the key may not speak for store {code!r}")
        store = self._store(code)
        body = transactions.body(element, zone=ZoneInfo(store.zone), currency=store.currency)
        if body is None:
            return None
        sent = decoded.decoded(decoded.Transaction, body)
        receipts.check(sent)
        return sent

    def _store(self, code: str) -> Store:
        if code not in self._stores:
            with self.services.database.transaction() as connection:
                self._stores[code] = stores.get(connection, code)
        return self._stores[code]


REFUSALS: Final = (NotATransactionError, UnknownStoreError, msgspec.ValidationError, Problem)
"""For what a transaction is refused alone."""


def reason_of(error: Exception) -> str:
    """Why a transaction was refused, in a sentence."""
    if isinstance(error, Problem):
        return "; ".join(f"{place.pointer} {place.detail}" for place in error.places) or error.detail
    return str(error) or "the store is not known"


def named(element: Element) -> str:
    """A transaction as a person finds it again."""
    key = own_key(element)
    return "/".join(str(key.get(name, "?")) for name in NAMES)


NAMES: Final = ("store", "terminal", "business_day", "number")


def _groups(read: Iterable[Read]) -> Iterator[list[Read]]:
    """What is taken in by one database transaction. Who writes one shopper's record may lock no other's any
    more: so what is no plain sale goes alone, and the plain ones' shoppers are locked all at once.
    """
    group: list[Read] = []
    try:
        for one in read:
            if group and (_is_full(group, one) or one.is_alone or group[-1].is_alone):
                yield group
                group = []
            group.append(one)
    except HostileXmlError:
        if group:
            yield group  # what stood before it counts
        raise
    if group:
        yield group


def _is_full(group: Sequence[Read], further: Read) -> bool:
    size_bytes = further.found.at.offset - group[0].found.at.offset
    return len(group) == TOGETHER or size_bytes > TOGETHER_BYTES
