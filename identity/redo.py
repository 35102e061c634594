"""Work on the partition that was put off.

An item is one record or one key, done in a transaction of its own, or one step of a long walk: over all
records after a switch of models, over those of a batch or of a source that was paused. Doing it twice changes
nothing, so a crash in the middle costs nothing but time.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from identity.batches import rolling
from identity.breaker import watching
from identity.context import Context
from identity.partition import settle, store_graph, store_redo
from identity.partition.settle import Cause
from identity.scoring import active
from identity.versions import switching


def step(connection: Connection, ctx: Context, *, now: datetime) -> bool:
    """Does one piece of it, in the caller's transaction; False when nobody left any."""
    item = store_redo.take(connection)
    if item is None:
        return False
    redo_no, kind, subject = item
    ctx = active.bound(connection, ctx)
    walk = _WALKS.get(kind)
    if walk is not None:
        walk(connection, ctx, redo_no, subject, now=now)
        store_redo.postpone(connection, redo_no)  # whatever else waits comes before its next step
        return True
    roots = (subject,) if kind == "record" else tuple(store_graph.all_posters(connection, subject))
    if kind == "record":
        store_graph.share_all(connection, (subject,))
    _, is_settled = settle.settle(connection, ctx, Cause(roots=roots), now=now, is_redo=True)
    if is_settled:
        store_redo.finish(connection, redo_no)
    else:
        store_redo.postpone(connection, redo_no)
    return True


_WALKS: Final = {"model": switching.step, "batch": rolling.step, "source": watching.step}
"""Kinds of items that are worked off one record, or one piece, after the other."""


def drain(connection: Connection, ctx: Context, *, now: datetime, most: int = 1000) -> int:
    """Does up to `most` pieces in one transaction and returns how many; for tests and small stores."""
    done = 0
    while done < most and step(connection, ctx, now=now):
        done += 1
    return done


def pending(connection: Connection) -> int:
    """How many pieces are waiting (the metric `redo_pending`)."""
    return store_redo.count(connection)
