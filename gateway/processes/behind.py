"""Background work stands behind the processes that answer, where the machine has work for all."""

import contextlib
import os
from pathlib import Path
from typing import Final

BEHIND: Final = 5
"""How far; see nice(2). A third of a share: what it locks while it works, others must not wait for long."""


def stand() -> None:
    """Puts this process behind, and its session, if it leads one.

    Linux may share a processor out between sessions first, and among the processes of one only then.
    """
    if not hasattr(os, "nice"):  # Windows
        return
    os.nice(BEHIND)
    if os.getsid(0) == os.getpid():
        _put_session(os.getpid())


def put(process: int) -> None:
    """Puts another process, which leads a session, where this one stands; one that we may not touch stays."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, 0))
        _put_session(process)


def _put_session(leader: int) -> None:
    with contextlib.suppress(OSError):  # a kernel without such groups
        Path(f"/proc/{leader}/autogroup").write_text(str(BEHIND))
