"""The background work: what a request left for later. Any number of workers may run, on any number of
machines.

Each step takes its work with SELECT ... FOR UPDATE SKIP LOCKED or a lock of its own, inside its own
transaction: two workers never do the same piece, and a killed one leaves no piece half done.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from gateway.database import Database

log = structlog.get_logger()

RETRY_S = 5
"""How long a step rests after it failed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of work: `run` does one piece in a transaction and says whether there may be more."""

    name: str
    every_s: float
    run: Callable[[Connection, dt.datetime], bool]


def run(
    database: Database, steps: Sequence[Step], stop: threading.Event, clock: Callable[[], dt.datetime]
) -> None:
    """Works until `stop` is set: each step as long as there is more, then again after its pause."""
    due = {step.name: time.monotonic() for step in steps}
    while not stop.is_set():
        for step in steps:
            if due[step.name] <= time.monotonic() and not stop.is_set():
                due[step.name] = time.monotonic() + _pause_s(database, step, clock())
        stop.wait(max(0.0, min(due.values()) - time.monotonic()))


def _pause_s(database: Database, step: Step, now: dt.datetime) -> float:
    try:
        with database.transaction() as connection:
            more = step.run(connection, now)
    except sa.exc.SQLAlchemyError as error:
        # The server restarts, a lock was not to be had, another worker won: the transaction is rolled back,
        # try again later.
        log.warning("step_failed", step=step.name, error=error)
        return RETRY_S
    return 0 if more else step.every_s
