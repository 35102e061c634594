"""The connections of the till route, kept between requests: whoever asks gets the one that was used last.

Fetching one from a pool and giving it back costs a till more than asking it something. Each statement stands
alone (autocommit), so nothing is left over when a request ends; a connection that an error passed through
goes back to the pool, which finds out whether it still works.

The one used last, because PostgreSQL's session behind it has its plans and tables still at hand: of the
threads of a process seldom more than two are waiting for the database at a time.
"""

from collections import deque
from types import TracebackType

from sqlalchemy import Connection, Engine


class Quick:
    """Connections over an autocommit engine whose pool has one for each thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.kept: deque[Connection] = deque()
        self._apart: list[Quick] = []

    def apart(self) -> "Quick":
        """Others over the same engine, kept by themselves and disposed of with these."""
        made = Quick(self.engine)
        self._apart.append(made)
        return made

    def connect(self) -> "Lent":
        """A connection for a block."""
        return Lent(self)

    def dispose(self) -> None:
        """Gives the connections that are not in use back."""
        for one in self._apart:
            one.dispose()
        while self.kept:
            self.kept.pop().close()
        self.engine.dispose()


class Lent:
    """A connection in a block; no generator, because that costs a till twice as much."""

    __slots__ = ("_connection", "_quick")

    def __init__(self, quick: Quick) -> None:
        self._quick = quick

    def __enter__(self) -> Connection:
        """The connection. Raises SQLAlchemy's TimeoutError when the pool has none left."""
        try:
            self._connection = self._quick.kept.pop()
        except IndexError:
            self._connection = self._quick.engine.connect()
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._connection.close()
            return
        if self._connection.in_transaction():
            self._connection.rollback()
        self._quick.kept.append(self._connection)
