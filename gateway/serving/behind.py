"""Background work stands behind the processes that answer, where the machine has work for all."""

import contextlib
import os
from pathlib import Path
from typing import Final

BEHIND: Final = 10
"""How far; see nice(2)."""

_AUTOGROUP: Final = Path("/proc/self/autogroup")


def stand() -> None:
    """Puts this process behind, and its session, if it leads one.

    Linux may share a processor out between sessions first, and among the processes of one only then.
    """
    if not hasattr(os, "nice"):  # Windows
        return
    os.nice(BEHIND)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # a kernel without such groups
            _AUTOGROUP.write_text(str(BEHIND))
