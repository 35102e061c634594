"""The compiled catalogue and the stores, one immutable copy per version and process.

Invariant: a copy older than the version a query read serves at most two seconds longer.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from offers.model import Place


class Snapshots:
    """Holds the newest compiled catalogue; `open_connection` gives the loading thread a connection of its
    own.
    """

    def __init__(self, open_connection: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._open = open_connection

    def place(self, connection: Connection, store: str) -> Place:
        """The store with this code as a place; `UnknownStoreError` when there is none."""
        raise NotImplementedError
