"""Deliveries of many records under one name, and taking a whole delivery back.

Rolling back is exact for what the batch still answers for: a record that it brought is taken away, one that
it changed says again what it said before. A record that was written again since then is left alone: somebody
else answers for it. Nothing comes under the name of a batch that was taken back. The work is
queued and done one record at a time.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.batches import store_batches
from identity.batches.store_batches import Batch
from identity.context import Context
from identity.errors import RolledBackBatchError, UnknownBatchError
from identity.partition import store_redo
from identity.register import opening, records, writing
from identity.register.steps import Draft
from identity.sealing.envelope import unseal


def begin(connection: Connection, name: str, *, author: str, now: datetime) -> None:
    """Makes a batch known; nothing happens when it is. Raises RolledBackBatchError."""
    if not store_batches.begin(connection, name, author=author, now=now):
        raise RolledBackBatchError


def listed(connection: Connection, *, limit: int = 50) -> Sequence[Batch]:
    """The newest batches, with how many records each still answers for."""
    return store_batches.listed(connection, limit=limit)


def roll_back(connection: Connection, name: str, *, author: str, now: datetime) -> Batch:
    """Queues the taking back of a batch; asking again changes nothing. Raises UnknownBatchError."""
    number = store_batches.mark(connection, name, author=author, now=now)
    if number is not None:
        store_redo.put_off_batch(connection, number, now=now)
    found = store_batches.find(connection, name)
    if found is None:
        raise UnknownBatchError
    return found


def step(connection: Connection, ctx: Context, redo_no: int, batch_no: int, *, now: datetime) -> None:
    """Takes the next record of a batch back; the item in the queue goes when there is none left.

    `ctx` is under the active model.
    """
    found = store_batches.next_record(connection, batch_no)
    if found is None:
        store_redo.finish(connection, redo_no)
        return
    stored = opening.open_many(connection, ctx, [(found.source, found.key)]).found.get(
        (found.source, found.key)
    )
    if stored is None or stored.record_no != found.record_no or stored.sealed is None:
        store_batches.leave(connection, found.record_no)
        return
    before = store_batches.replaced(connection, found.batch, found.record_no)
    store_batches.leave(connection, found.record_no)
    if before is None:
        records.take_away(connection, ctx, [stored], now=now)
        store_batches.give_key_back(connection, stored.record_no)
        return
    draft = Draft(
        stored=stored,
        ref=stored.ref,
        channel=stored.channel,
        content=unseal(before.sealed, stored.id, ctx.vault),
        observed_at=before.observed_at,
        stub=before.stub,
        fingerprint=before.content,
    )
    writing.write(connection, ctx, [draft], now=now)
    store_batches.return_to(connection, stored.record_no, before.batch_before)
