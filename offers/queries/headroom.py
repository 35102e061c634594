"""What a till's quote need not ask: how much is left of campaigns that are far from their ends.

Invariant: a campaign is left out only for a few seconds after its rows were looked at, under the version of
the catalogue that they were looked at for, when no basket of usual size could have come near its end. A quote
holds nothing; a reserve looks at every row, and what found no room by then says `capacity`.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock, Thread
from typing import Final, NamedTuple

from sqlalchemy import Connection

from offers.catalogue.snapshot import Snapshot
from offers.queries import store_ample

LOOK_EVERY_S: Final = 2.0
HOLDS_S: Final = 4.0
"""One look is believed for so long; the next is taken behind a query before that."""

USUAL_MINOR: Final = 1_000_00
"""A basket that may take more out of a budget than this asks what is left of each."""

LEFT_TIMES: Final = 10_000
LEFT_MINOR: Final = LEFT_TIMES * USUAL_MINOR // 10

OpenConnection = Callable[[], AbstractContextManager[Connection]]
_log = logging.getLogger(__name__)


class _Look(NamedTuple):
    version: int
    at_s: float
    scarce: frozenset[int]


class Headroom:
    """One per process; without `open_connection` it never looks, and everything is asked."""

    def __init__(
        self, open_connection: OpenConnection | None = None, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._open = open_connection
        self._clock_s = clock_s
        self._last: _Look | None = None
        self._looking = Lock()

    def scarce(self, snapshot: Snapshot) -> frozenset[int]:
        """The campaigns with a total or a budget that must be asked for."""
        if self._open is None or not snapshot.roomy:
            return snapshot.roomy
        last, now_s = self._last, self._clock_s()
        holds = last is not None and last.version == snapshot.catalogue.version
        age_s = now_s - last.at_s if last is not None and holds else HOLDS_S
        if age_s >= LOOK_EVERY_S and self._looking.acquire(blocking=False):
            Thread(target=self._look, args=(self._open, snapshot), name="headroom", daemon=True).start()
        return last.scarce if last is not None and age_s < HOLDS_S else snapshot.roomy

    def _look(self, open_connection: OpenConnection, snapshot: Snapshot) -> None:
        # Started with the lock held, released here: a lock may be released by another thread.
        try:
            at_s = self._clock_s()
            with open_connection() as connection:
                ample = store_ample.ample(connection, snapshot.roomy, times=LEFT_TIMES, minor=LEFT_MINOR)
            self._last = _Look(snapshot.catalogue.version, at_s, snapshot.roomy - ample)
        except Exception as error:  # noqa: BLE001  (whoever needs to know asks with the query)
            _log.warning("room not looked at", extra={"error": type(error).__name__})
        finally:
            self._looking.release()
