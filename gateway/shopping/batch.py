"""The messages of one call, taken in: accounts' records one by one, then all that happened.

Nothing depends on the order: what happened counts by its own time. The records wait for no disk: the
transaction that stores what happened does, and nobody calls the messages taken before it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.access.identity_tokens import verify
from gateway.connectors.segment import messages
from gateway.database import put_off_flush
from gateway.shopping import visits
from gateway.shopping.visits import Sender, Visit
from gateway.wire.refusals import problem_of
from gateway.wiring import Services

Rejected = dict[int, str]
"""Place in the call -> why the message there is not taken."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages as they came, with what the call says about all of them. `is_gpc`: the browser's own header
    asked not to be sold.
    """

    sender: Sender
    sent: Sequence[object]
    sent_at: object
    received_at: dt.datetime
    is_gpc: bool = False


def take_in(held: Services, batch: Batch) -> Rejected:
    """Takes everything in now and says what was not taken."""
    rejected: Rejected = {}
    found = recorded(held, batch, rejected, now=batch.received_at)
    held.database.transact(
        lambda connection: visits.take(
            connection, held.identity, held.offers, batch.sender, found, now=batch.received_at
        )
    )
    return rejected


def recorded(held: Services, batch: Batch, rejected: Rejected, *, now: dt.datetime) -> list[Visit]:
    """Writes the records that the messages tell of, each in a transaction of its own, and returns what
    happened: the messages that are not rejected.
    """
    happened = []
    for index, visit in _read(held, batch, rejected):
        if visits.takes_record(batch.sender, visit):
            reason = _refusal_of_record(held, batch.sender, visit, now)
            if reason is not None:
                rejected[index] = reason
                continue
        happened.append(visit)
    return happened


def _read(held: Services, batch: Batch, rejected: Rejected) -> Iterator[tuple[int, Visit]]:
    for index, one in enumerate(batch.sent):
        try:
            message = messages.read(
                one, sent_at=batch.sent_at, received_at=batch.received_at, gpc_header=batch.is_gpc
            )
        except messages.NotAMessageError as error:
            rejected[index] = str(error)
            continue
        token = message.identity_token
        source, at = batch.sender.source, batch.received_at
        yield index, Visit(message, None if token is None else verify(token, held.secrets, source, now=at))


def _refusal_of_record(held: Services, sender: Sender, visit: Visit, now: dt.datetime) -> str | None:
    """Writes an account's record; the reason when it is refused."""

    def put(connection: Connection) -> None:
        put_off_flush(connection)
        visits.take_record(connection, held.identity, sender, visit, now=now)

    try:
        held.database.transact(put)
    except Exception as error:
        problem = problem_of(error)
        if problem.status >= 500:
            raise
        return problem.detail
    return None
