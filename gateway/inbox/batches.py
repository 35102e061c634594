"""Messages of large calls: kept sealed in one statement, worked on where no till waits behind them.

Invariant: what happened and the note that its messages are done are one transaction, so whatever is killed
when, every message counts once, with an id of its own or without.
"""

import datetime as dt
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import Connection

from gateway import metrics
from gateway.database import put_off_flush
from gateway.inbox import pauses, store_batches
from gateway.inbox.store_batches import Piece, Waiting
from gateway.shopping import batch as taking
from gateway.shopping import visits
from gateway.shopping.batch import Batch, Rejected
from gateway.shopping.visits import Sender, Visit
from gateway.wiring import Services
from identity.model import Assurance
from identity.sealing.vault import Vault

log = structlog.get_logger()

WEIGHT_OF_RECORD: Final = 10
"""An account's record is as much work as so many events."""

AT_ONCE: Final = 40
"""What weighs less is worked on while the sender waits: a visitor's own few messages count at once."""

TOGETHER: Final = 500
"""Weight of what one transaction stores: its locks are not held for longer than that takes."""

LOOKED_AT: Final = TOGETHER // AT_ONCE + 1
"""Pieces that are held while some of them are worked on: as many as fit, and one to see that more wait."""

PLACE: Final = "event batch"
FASTEST: Final = 1


def is_small(sent: Sequence[object]) -> bool:
    """Whether these messages are worked on at once."""
    return sum(map(_weight, sent)) < AT_ONCE


def keep(connection: Connection, vault: Vault, batch: Batch) -> None:
    """Keeps messages until it is their turn; with this transaction they are not lost any more."""
    store_batches.put(connection, [_sealed(part, vault) for part in _parts(batch)])


def step(held: Services, *, now: dt.datetime) -> bool:
    """Works on the messages that have waited longest; False when nothing else waited beside them.

    What comes next may then gather until the next step: a transaction costs the same for few messages.
    """
    taken: list[Waiting] = []

    def work(connection: Connection) -> bool:
        put_off_flush(connection)  # what a crash of the machine takes back, it takes back with its note
        waiting = store_batches.take(connection, most=LOOKED_AT, now=now)
        taken[:] = _together(waiting)
        if taken:
            _take_in(connection, held, taken, now)
            store_batches.done(connection, [one.batch_no for one in taken])
        return len(taken) < len(waiting)

    try:
        return held.database.transact(work)
    except Exception as error:
        if not taken:
            raise
        log.warning("events_failed", numbers=[one.batch_no for one in taken], error=error)
        due_at, trouble = pauses.next_turn(taken[0].attempts, now), type(error).__name__
        held.database.transact(
            lambda connection: store_batches.put_off(
                connection, [one.batch_no for one in taken], due_at=due_at, trouble=trouble
            )
        )
        return True


def _take_in(connection: Connection, held: Services, taken: Sequence[Waiting], now: dt.datetime) -> None:
    happened: list[Visit] = []
    for one in taken:
        rejected: Rejected = {}
        happened += taking.recorded(held, _unsealed(one.piece, held), rejected, now=now)
        metrics.events.labels("rejected").inc(len(rejected))
        for reason in rejected.values():
            log.warning("message_rejected", number=one.batch_no, source=one.piece.source, reason=reason)
    visits.take(connection, held.identity, held.offers, _sender(taken[0].piece, held), happened, now=now)


def _together(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The first pieces as far as they are one sender's and little enough; what failed goes alone."""
    chosen: list[Waiting] = []
    weight = 0
    for one in waiting:
        weight += one.piece.weight
        is_alike = not chosen or (
            (one.piece.source, one.piece.proof) == (chosen[0].piece.source, chosen[0].piece.proof)
            and one.attempts == chosen[0].attempts == 0
        )
        if not is_alike or (chosen and weight > TOGETHER):
            break
        chosen.append(one)
    return chosen


def _weight(message: object) -> int:
    return WEIGHT_OF_RECORD if isinstance(message, dict) and message.get("type") == "identify" else 1


def _parts(batch: Batch) -> Iterator[Batch]:
    """The call's messages in pieces that one transaction stores."""
    begin, weight = 0, 0
    for place, message in enumerate(batch.sent):
        weight += _weight(message)
        if weight > TOGETHER:
            yield replace(batch, sent=batch.sent[begin:place])
            begin, weight = place, _weight(message)
    yield replace(batch, sent=batch.sent[begin:])


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is sealed of a piece."""

    sent: Sequence[object]
    sent_at: object
    is_gpc: bool


def _sealed(batch: Batch, vault: Vault) -> Piece:
    kept = orjson.dumps(_Kept(batch.sent, batch.sent_at, batch.is_gpc))
    return Piece(
        source=batch.sender.source,
        proof=int(batch.sender.proof),
        weight=sum(map(_weight, batch.sent)),
        received_at=batch.received_at,
        sealed=vault.seal(zlib.compress(kept, FASTEST), PLACE),
    )


def _unsealed(piece: Piece, held: Services) -> Batch:
    kept: Any = orjson.loads(zlib.decompress(held.identity.vault.unseal(piece.sealed, PLACE)))
    return Batch(sender=_sender(piece, held), received_at=piece.received_at, **kept)


def _sender(piece: Piece, held: Services) -> Sender:
    channel = held.identity.policy.source(piece.source).channel
    return Sender(piece.source, channel, Assurance(piece.proof))
