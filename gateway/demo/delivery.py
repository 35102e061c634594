"""Delivers letters through the code behind the door's routes, each as a transaction of its own, like the
door.

Invariant: a household's last receipt is delivered last. Found recorded, the household is complete; so a load
that was broken off goes on where it stopped, and a second one changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gateway import together, wiring
from gateway.connectors.segment import messages
from gateway.database import put_off_flush
from gateway.demo.letters import Letters
from gateway.processes import pools
from gateway.settings import Settings
from gateway.shopping import receipts, visits
from gateway.shopping.visits import Sender, Visit
from gateway.wire.decoded import Transaction, decoded
from gateway.wiring import Services
from identity.model import Assurance
from offers.redemptions.redemption import Refused

_SHOP_SERVER = Sender("web", "online", Assurance.AUTHENTICATED)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was not there yet."""

    households: int = 0
    records: int = 0
    visits: int = 0
    sales: int = 0


def deliver(services: Services, post: Letters) -> Delivered:
    """Delivers the letters about one household, unless it is complete."""
    if post.receipts and _is_known(services, post.receipts[-1]):
        return Delivered()
    now = services.clock()
    for _ in together.put_all(services, post.submissions, clock=lambda: now):
        pass
    if post.messages:
        with services.database.transaction() as connection:
            put_off_flush(connection)
            found = [messages.read(message, sent_at=None, received_at=now) for message in post.messages]
            seen = [Visit(message) for message in found]
            visits.take(connection, services.identity, services.offers, _SHOP_SERVER, seen, now=now)
    for body in post.receipts:
        with services.database.transaction() as connection:
            put_off_flush(connection)
            _record(connection, services, body)
    return Delivered(1, len(post.submissions), len(post.messages), len(post.receipts))


def deliver_all(
    settings: Settings, batches: Iterable[Sequence[Letters]], *, processes: int
) -> Iterator[list[Delivered]]:
    """Delivers batches of households over several processes; what is within a batch arrives in its order."""
    with pools.pool(processes, _begin, settings) as deliverers:
        yield from deliverers.map(_deliver, batches)


def _is_known(services: Services, body: dict[str, Any]) -> bool:
    """Whether a receipt is recorded, tried out in a transaction that is taken back."""
    with services.database.engine.connect() as connection, connection.begin() as attempt:
        is_known = _record(connection, services, body)
        attempt.rollback()
    return is_known


def _record(connection: Connection, services: Services, body: dict[str, Any]) -> bool:
    """Records a receipt; whether it was recorded already."""
    read = decoded(Transaction, body)
    receipts.check(read)
    outcome = receipts.record(
        connection,
        services.identity,
        services.offers,
        read,
        source=receipts.DEFAULT_SOURCE,
        now=services.clock(),
    )
    if isinstance(outcome, Refused):
        raise outcome.error
    return outcome.replayed


_services: Services | None = None


def _begin(settings: Settings) -> None:
    global _services  # noqa: PLW0603  (a pool gives its processes no other place)
    _services = wiring.open_services(settings)


def _deliver(batch: Sequence[Letters]) -> list[Delivered]:
    assert _services is not None
    return [deliver(_services, post) for post in batch]
