"""One till at a time in each process, as long as that goes quickly.

Threads of one process that answer at once take turns with the interpreter at every statement they wait for,
and compete with the database for processors: that costs more than waiting until the one before is done. Who
has waited for `PATIENCE_S` goes ahead anyway, so a slow answer holds nobody up for long.
"""

from threading import Lock
from types import TracebackType
from typing import Final

PATIENCE_S: Final = 0.02


class Turnstile:
    """One per process; `with turnstile.passing():` around what should be done one at a time."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self.lock = Lock()
        self.patience_s = patience_s

    def passing(self) -> "Passing":
        """A block that begins when the one before has ended, or patience has."""
        return Passing(self)


class Passing:
    """One block's way through; no generator, because that costs a till twice as much."""

    __slots__ = ("_holds", "_turnstile")

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile
        self._holds = False

    def __enter__(self) -> None:
        """Waits."""
        self._holds = self._turnstile.lock.acquire(timeout=self._turnstile.patience_s)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._holds:
            self._turnstile.lock.release()
