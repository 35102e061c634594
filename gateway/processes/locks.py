"""File locks that the kernel releases when their holder dies, however it dies. The launcher's promises rest
on them.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class LockError(Exception):
    """The lock's file cannot be used."""


class FileLock:
    """A lock on one file. Held by this process, and by children that it forks, until it is released or all
    of them are gone.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError as error:
            raise LockError(
                f"{path} belongs to another user; start the gateway as that user or set O2O_HOME"
            ) from error

    def share(self) -> None:
        """Waits until nobody holds the lock alone, then holds it together with others."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def take(self) -> None:
        """Waits until nobody else holds the lock, then holds it alone."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Holds the lock alone if that is possible at once."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_taken(self) -> bool:
        """Whether somebody else holds the lock alone; only a glance, nothing is held afterwards."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        return False

    def release(self) -> None:
        """Lets go. The lock cannot be used again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
