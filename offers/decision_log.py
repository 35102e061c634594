"""Writes quotes behind their answers: a bounded buffer, a multi-row insert every 50 ms, losses counted.

Invariant: a query never waits for its log row, and never grows the buffer without bound.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection


class DecisionLog:
    """One per process. The thread starts with the first entry, so a forked worker gets its own."""

    def __init__(self, open_connection: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._open = open_connection

    def close(self) -> None:
        """Write what is buffered and stop; further entries are counted as lost."""
        raise NotImplementedError
