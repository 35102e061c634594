"""Opening records: taking their (source, key) locks and reading their newest generation.

An erased record is kept under a fingerprint instead of its key, so that the key is known again and nobody can
read it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.register import store_records
from identity.register.store_records import Stored
from identity.scoring import active

Pair = tuple[str, str]


class Opened(NamedTuple):
    """Records that are locked, those that are there, and the context under the active model.

    `paused` are the sources whose records may gain no links, `spare` numbers for records that are not there.
    """

    ctx: Context
    found: Mapping[Pair, Stored]
    paused: frozenset[str]
    spare: tuple[int, ...]


def open_many(connection: Connection, ctx: Context, pairs: Sequence[Pair]) -> Opened:
    """Locks these records until the transaction ends and reads the newest generation of each."""
    locks = [ctx.vault.digest("record", f"{source}\0{key}") for source, key in pairs]
    erased = [(source, erased_key(source, key, ctx)) for source, key in pairs]
    read = store_records.open_newest(connection, [*pairs, *erased], locks, wanted=len(pairs))
    return Opened(
        active.under(connection, ctx, read.model_no),
        {
            pair: stored
            for pair, hidden in zip(pairs, erased, strict=True)
            if (stored := read.found.get(pair) or read.found.get(hidden)) is not None
        },
        read.paused,
        read.spare,
    )


def peek(connection: Connection, ctx: Context, pair: Pair) -> Stored | None:
    """The newest generation of a record as it is now, without a lock."""
    source, key = pair
    return store_records.newest(connection, source, key) or store_records.newest(
        connection, source, erased_key(source, key, ctx)
    )


def erased_key(source: str, key: str, ctx: Context) -> str:
    """What stands in place of an erased record's key."""
    return f"erased:{ctx.vault.fingerprint('erased key', source, key)}"
