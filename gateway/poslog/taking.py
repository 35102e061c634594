"""Taking in one transaction of a POSLog, through the same code as `POST /v1/transactions`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from gateway.connectors.poslog import transactions
from gateway.connectors.poslog.keys import own_key
from gateway.connectors.poslog.transactions import NotATransactionError
from gateway.poslog.store import Outcome
from gateway.shopping import receipts
from gateway.wire import decoded
from gateway.wire.problems import Problem
from gateway.wire.refusals import problem_of
from gateway.wiring import Services
from offers.errors import UnknownStoreError
from offers.redemptions.redemption import Refused
from offers.retailer import stores
from offers.retailer.shop import Store

MayStore = Callable[[str], bool]
"""Whether the caller may speak for a store."""


class RefusedError(Exception):
    """The transaction is not taken in; the text says why."""


@dataclass(slots=True)
class Taker:
    """Takes in transactions for one source; remembers the stores it has seen."""

    services: Services
    source: str
    may_store: MayStore = lambda _: True
    _stores: dict[str, Store] = field(default_factory=dict)

    def take(self, connection: Connection, element: Element) -> Outcome:
        """Records a transaction. Raises RefusedError; nothing is left behind then."""
        try:
            with connection.begin_nested():
                return self._record(connection, element)
        except (NotATransactionError, UnknownStoreError) as error:
            raise RefusedError(str(error) or "the store is not known") from None
        except msgspec.ValidationError as error:
            raise RefusedError(str(error)) from None
        except Problem as problem:
            told = "; ".join(f"{place.pointer} {place.detail}" for place in problem.places)
            raise RefusedError(told or problem.detail) from None

    def _record(self, connection: Connection, element: Element) -> Outcome:
        code = transactions.store_of(element)
        if element.find("RetailTransaction") is None:
            return "passed_over"
        if code is None:
            raise NotATransactionError("names no store")
        if not self.may_store(code):
            raise NotATransactionError(f"the key may not speak for store {code!r}")
        store = self._store(connection, code)
        body = transactions.body(element, zone=ZoneInfo(store.zone), currency=store.currency)
        if body is None:
            return "passed_over"
        sent = decoded.decoded(decoded.Transaction, body)
        receipts.check(sent)
        held = self.services
        done = receipts.record(
            connection, held.identity, held.offers, sent, source=self.source, now=held.clock()
        )
        if isinstance(done, Refused):
            raise NotATransactionError(problem_of(done.error).detail)
        return "repeated" if done.replayed else "recorded"

    def _store(self, connection: Connection, code: str) -> Store:
        if code not in self._stores:
            self._stores[code] = stores.get(connection, code)
        return self._stores[code]


def named(element: Element) -> str:
    """A transaction as a person finds it again."""
    key = own_key(element)
    return "/".join(str(key.get(name, "?")) for name in NAMES)


NAMES: Final = ("store", "terminal", "business_day", "number")
