"""One journal, one process: a lock that ends with whoever holds it, however they end."""

import os
import sys
from pathlib import Path

from o2o_client.errors import ClientError


def take(path: Path) -> int:
    """Own the file with this name; close the number to let it go. Raises ClientError when somebody has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        raise ClientError(f"{path} is held: another till uses this journal") from None
    return descriptor


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
