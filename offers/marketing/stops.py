"""The kill switch: all offers, a store's or a campaign's end at once and come back at once.

Invariant: what stands here is folded into the one row that every query and every reserve reads, in the same
transaction.
"""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from offers import store_catalogue
from offers.errors import UnknownStoreError
from offers.marketing import campaigns, store_stops
from offers.marketing.campaigns import Author
from offers.marketing.store_stops import Stop
from offers.retailer import store_places

Scope = Literal["all", "store", "campaign"]


def stop(connection: Connection, stop_id: UUID, scope: Scope, subject: str, author: Author) -> Stop:
    """The kill switch: nothing of the scope is offered or reserved from this moment on.

    `subject` is a store's code or a campaign's id, empty for all. A standing stop is answered as it is.
    """
    store_catalogue.lock(connection)
    number = _number(connection, scope, subject)
    standing = store_stops.standing(connection, scope, number)
    if standing is not None:
        return standing
    store_stops.add(connection, Stop(stop_id, scope, subject, author.name, author.reason, author.at), number)
    store_catalogue.fold_stops(connection)
    return Stop(stop_id, scope, subject, author.name, author.reason, author.at)


def lift(connection: Connection, scope: Scope, subject: str, author: Author) -> bool:
    """End a stop; whether one was standing."""
    store_catalogue.lock(connection)
    number = _number(connection, scope, subject)
    if not store_stops.lift(connection, scope, number, by=author.name, at=author.at):
        return False
    store_catalogue.fold_stops(connection)
    return True


def standing(connection: Connection) -> tuple[Stop, ...]:
    """The standing stops, oldest first."""
    return store_stops.every(connection)


def _number(connection: Connection, scope: Scope, subject: str) -> int:
    find: dict[Scope, Callable[[], int]] = {
        "all": lambda: 0,
        "store": lambda: _store_no(connection, subject),
        "campaign": lambda: campaigns.get(connection, subject).campaign_no,
    }
    return find[scope]()


def _store_no(connection: Connection, code: str) -> int:
    found = store_places.numbers(connection, [code])
    if code not in found:
        raise UnknownStoreError(f"No store has the code {code!r}.")
    return found[code]
