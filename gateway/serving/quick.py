"""The connections of the till route: one for each thread that serves requests, kept between them.

Fetching one from a pool and giving it back costs a till more than asking it something. Each statement stands
alone (autocommit), so nothing is left over when a request ends; a connection that an error passed through
goes back to the pool, which finds out whether it still works.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


class Quick:
    """Connections over an autocommit engine whose pool has one for each thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._kept = threading.local()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """This thread's connection. Raises SQLAlchemy's TimeoutError when the pool has none left."""
        connection: Connection | None = getattr(self._kept, "connection", None)
        if connection is None:
            connection = self._kept.connection = self.engine.connect()
        try:
            yield connection
        except BaseException:
            self._kept.connection = None
            connection.close()
            raise
        if connection.in_transaction():
            connection.rollback()

    def dispose(self) -> None:
        """Gives the connections that are not in use back."""
        self.engine.dispose()
