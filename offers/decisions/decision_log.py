"""Writes quotes behind their answers: a bounded buffer, a multi-row insert every 50 ms, losses counted.

Invariant: a query never waits for its log row, and never grows the buffer without bound.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Condition, Thread
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from offers import transaction_key
from offers.decisions import store_decisions
from offers.decisions.decision_record import DecisionRecord
from offers.decisions.store_decisions import Pin

INTERVAL_S: Final = 0.05
MOST_BUFFERED: Final = 10_000
MOST_AT_ONCE: Final = 500

OpenConnection = Callable[[], AbstractContextManager[Connection]]
_log = logging.getLogger(__name__)


class DecisionLog:
    """One per process. The thread starts with the first entry, so a forked worker gets its own."""

    def __init__(self, open_connection: OpenConnection, *, most_buffered: int = MOST_BUFFERED) -> None:
        self._open = open_connection
        self._most = most_buffered
        self.written = 0
        self.lost = 0
        self._taken = self._done = 0
        self._changed = Condition()
        self._waiting: deque[DecisionRecord] = deque()
        self._writing: list[DecisionRecord] = []
        self._pins: dict[int, Pin] = {}
        self._thread: Thread | None = None
        self._closed = False
        # The parent's entries are the parent's to write, and its thread does not live in the child.
        os.register_at_fork(after_in_child=self._start_empty)

    def add(self, record: DecisionRecord) -> None:
        """Take a decision to be written soon; when too many wait already it is counted as lost."""
        with self._changed:
            if self._closed or len(self._waiting) >= self._most:
                self.lost += 1
                return
            self._waiting.append(record)
            self._taken += 1
            self._remember(record)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="decision-log", daemon=True)
                self._thread.start()
            elif len(self._waiting) == 1:
                self._changed.notify_all()

    def pinned(self, transaction_digest: int) -> Pin | None:
        """What a transaction is pinned to by entries that are not written yet."""
        return self._pins.get(transaction_digest)

    def waiting(self, decision_id: UUID) -> DecisionRecord | None:
        """A decision that is not written yet."""
        with self._changed:
            for record in (*self._waiting, *self._writing):
                if record.id == decision_id:
                    return record
        return None

    def flush(self, *, timeout_s: float = 5.0) -> bool:
        """Wait until all that was taken so far is written or lost; whether it was in time."""
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            last = self._taken
            while self._done < last:
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    return False
                self._changed.wait(left_s)
        return True

    def close(self) -> None:
        """Write what is buffered and stop; further entries are counted as lost."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def _start_empty(self) -> None:
        self._changed = Condition()
        self._waiting, self._writing, self._pins = deque(), [], {}
        self._done = self._taken
        self._thread = None

    def _remember(self, record: DecisionRecord) -> None:
        query = record.inputs.query
        if query.transaction is None:
            return
        digest = transaction_key.digest(query.transaction)
        held = self._pins.get(digest)
        if held is None:
            self._pins[digest] = Pin(query.price_time, query.revision)
        elif held.revision < query.revision:
            self._pins[digest] = held._replace(revision=query.revision)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if not self._waiting:
                    return
                closed = self._closed
            if not closed:
                time.sleep(INTERVAL_S)  # so that what comes meanwhile shares one statement and one commit
            self._write_some()

    def _write_some(self) -> None:
        with self._changed:
            batch = self._writing = [
                self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))
            ]
        lost = 0
        try:
            with self._open() as connection:
                store_decisions.log(connection, batch, _pins(batch))
        except Exception as error:  # noqa: BLE001  (a log that fails must not stop; it counts and goes on)
            lost = len(batch)
            _log.warning("decisions lost", extra={"lost": lost, "error": type(error).__name__})
        with self._changed:
            self.lost += lost
            self.written += len(batch) - lost
            self._done += len(batch)
            self._writing = []
            self._pins = {}
            for record in self._waiting:
                self._remember(record)
            self._changed.notify_all()


def _pins(batch: list[DecisionRecord]) -> dict[int, Pin]:
    pins: dict[int, Pin] = {}
    for record in batch:
        query = record.inputs.query
        if query.transaction is None:
            continue
        digest = transaction_key.digest(query.transaction)
        held = pins.get(digest)
        revision = query.revision if held is None else max(held.revision, query.revision)
        pins[digest] = Pin(query.price_time if held is None else held.price_time, revision)
    return pins
