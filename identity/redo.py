"""Work on the partition that was put off."""

from datetime import datetime

from sqlalchemy.engine import Connection

from identity.context import Context


def step(connection: Connection, ctx: Context, *, now: datetime) -> bool:
    """Does one piece of it, in the caller's transaction; False when there is none that nobody else is doing."""
    raise NotImplementedError


def pending(connection: Connection) -> int:
    """How many pieces are waiting (the metric `redo_pending`)."""
    raise NotImplementedError
