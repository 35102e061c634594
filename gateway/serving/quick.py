"""The connections of the till route: one for each thread that serves requests, kept between them.

Fetching one from a pool and giving it back costs a till more than asking it something. Each statement stands
alone (autocommit), so nothing is left over when a request ends; a connection that an error passed through
goes back to the pool, which finds out whether it still works.
"""

import threading
from types import TracebackType

from sqlalchemy import Connection, Engine


class Quick:
    """Connections over an autocommit engine whose pool has one for each thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.kept = threading.local()

    def connect(self) -> "Lent":
        """This thread's connection, for a block."""
        return Lent(self)

    def dispose(self) -> None:
        """Gives the connections that are not in use back."""
        self.engine.dispose()


class Lent:
    """A thread's connection in a block; no generator, because that costs a till twice as much."""

    __slots__ = ("_connection", "_quick")

    def __init__(self, quick: Quick) -> None:
        self._quick = quick

    def __enter__(self) -> Connection:
        """The connection. Raises SQLAlchemy's TimeoutError when the pool has none left."""
        kept = self._quick.kept
        connection: Connection | None = getattr(kept, "connection", None)
        if connection is None:
            connection = kept.connection = self._quick.engine.connect()
        self._connection = connection
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._quick.kept.connection = None
            self._connection.close()
        elif self._connection.in_transaction():
            self._connection.rollback()
