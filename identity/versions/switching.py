"""Adding models, switching between them, and weighing everything again afterwards.

A switch takes a moment: from then on whatever is written is weighed with the new model. What was there
before is weighed again in the background, piece by piece, each wholly with one model; meanwhile the queue is
not empty. When it is, the partition is the new model's, as if there had never been another one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.errors import ModelError
from identity.partition import memory, settle, store_graph, store_redo
from identity.register import opening, records
from identity.scoring import active, store_versions
from identity.scoring.registry import HELD
from identity.scoring.store_versions import Version
from identity.scoring.weigh import Model


def add(connection: Connection, ctx: Context, document: Mapping[str, Any], *, now: datetime) -> int:
    """Stores a model under the version that it names and returns its number; the same again changes nothing.

    Raises ModelError.
    """
    version = ctx.models.check(document)
    number = store_versions.add(connection, version, document, now=now)
    if number is None:
        raise ModelError(
            f"There is another model of version {version!r}: give this one a version of its own."
        )
    return number


def versions(connection: Connection) -> Sequence[Version]:
    """All stored models, the newest first."""
    return store_versions.versions(connection)


def start(connection: Connection, ctx: Context, document: Mapping[str, Any], *, now: datetime) -> None:
    """Makes the model that ships available, and the active one where nobody has chosen yet."""
    number = add(connection, ctx, document, now=now)
    if store_versions.take(connection, exclusively=True) == 0:
        store_versions.activate(connection, number, author="shipped", now=now)


def active_model(connection: Connection, ctx: Context) -> Model:
    """The model that weighs."""
    return active.bound(connection, ctx).model


def activate(connection: Connection, version: str, *, author: str, now: datetime) -> bool:
    """Makes a stored model the active one; False when it is already. Raises ModelError."""
    number = store_versions.number_of(connection, version)
    if number is None:
        raise ModelError(f"There is no model of version {version[:64]!r}.")
    if store_versions.take(connection, exclusively=True) == number:
        return False
    store_versions.activate(connection, number, author=author, now=now)
    return True


def back(connection: Connection, *, author: str, now: datetime) -> None:
    """Makes the model active again that was before the one that is. Raises ModelError."""
    store_versions.take(connection, exclusively=True)
    number = store_versions.before(connection)
    if number is None:
        raise ModelError("No other model was active before.")
    store_versions.activate(connection, number, author=author, now=now)


def apply_policy(connection: Connection, ctx: Context, *, now: datetime) -> int:
    """Queues everything to be placed again that another policy placed than the one in force; returns how many
    records that is.
    """
    count = store_versions.stale(connection, memory.stamp(active.bound(connection, ctx)))
    if count:
        store_versions.place_again(connection, now=now)
    return count


def step(connection: Connection, ctx: Context, redo_no: int, reached: int, *, now: datetime) -> None:
    """Weighs the next piece again: one with a record beyond the one reached that another model or policy
    placed.

    `ctx` is under the active model. The item in the queue goes when there is no such piece.
    """
    stale = store_versions.next_piece(connection, reached, memory.stamp(ctx))
    if not stale:
        store_redo.finish(connection, redo_no)
        return
    pairs = sorted({(source, key) for _, source, key in stale})
    opened = opening.open_many(connection, ctx, pairs)
    held = {stored.record_no for stored in opened.found.values() if stored.model_no == HELD}
    numbers = [number for number, _, _ in stale]
    store_graph.share_all(connection, numbers)  # what is noted of a key must not change meanwhile
    posted = records.post_again(connection, ctx, pairs, set(numbers) - held, now=now)
    settle.note_keys(connection, ctx, posted, now=now)
    store_redo.advance(connection, redo_no, min(number for number in numbers if number > reached))
