"""Children that end with their owner, however it ends.

The owner of other programs holds a file lock for as long as it lives and names the file to them. Each waits
for that lock in a thread: getting it means that the owner is gone, and that nobody is left to stop the child.
What Python's own multiprocessing starts needs no file: it has a pipe that closes with its parent.
"""

import os
from collections.abc import Callable
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from gateway.processes.locks import FileLock

VARIABLE = "O2O_LIFELINE"

OWNER_IS_GONE = 70
"""The exit code of a child whose owner died."""


def hold() -> None:
    """Ends this process when its owner dies; does nothing when it was started by hand."""
    path = os.environ.get(VARIABLE)
    if path:
        _end_after(FileLock(Path(path)).share)


def hold_to_parent() -> None:
    """Ends this process, which multiprocessing started, when its parent dies."""
    parent = parent_process()
    assert parent is not None
    _end_after(parent.join)


def _end_after(wait: Callable[[], Any]) -> None:
    def end() -> None:
        wait()
        # At once: a request's transaction is rolled back by the server, a commit is on disk.
        os._exit(OWNER_IS_GONE)

    Thread(target=end, name="lifeline", daemon=True).start()
