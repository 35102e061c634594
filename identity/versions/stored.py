"""All that is stored, as what a model is fitted to."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.model import Record, RecordKey
from identity.scoring import store_versions
from identity.sealing import envelope

BATCH: Final = 5_000


def records(connection: Connection, ctx: Context) -> Iterator[Record]:
    """Every live record, opened as it is asked for."""
    reached = 0
    while batch := store_versions.sealed_after(connection, reached, BATCH):
        for number, record_id, source, key, generation, channel, stub, sealed in batch:
            content = envelope.unseal(bytes(sealed), record_id, ctx.vault)
            yield content.record(RecordKey(source, key, generation), channel, stub=stub)
            reached = number
