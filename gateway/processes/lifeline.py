"""Children that end with their owner, however it ends.

The owner holds a file lock for as long as it lives and names the file to its children. Each child waits for
that lock in a thread: getting it means that the owner is gone, and that nobody is left to stop the child.
"""

import os
import threading
from pathlib import Path

from gateway.processes.locks import FileLock

VARIABLE = "O2O_LIFELINE"

OWNER_IS_GONE = 70
"""The exit code of a child whose owner died."""


def hold() -> None:
    """Ends this process when its owner dies; does nothing when it was started by hand."""
    path = os.environ.get(VARIABLE)
    if path:
        threading.Thread(target=_end_after, args=[Path(path)], name="lifeline", daemon=True).start()


def _end_after(path: Path) -> None:
    FileLock(path).share()
    os._exit(
        OWNER_IS_GONE
    )  # at once: a request's transaction is rolled back by the server, a commit is on disk
