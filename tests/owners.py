"""Programs that own processes, killed."""

import subprocess
import sys
from pathlib import Path

import psutil

from tests.gateway.running import until


def leaves_nobody_behind(program: Path, *, at_work: int) -> None:
    """The program says a line for each of its processes that is at work; then it is killed."""
    owner = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner, owner.stdout as told:
        try:
            assert [told.readline() for _ in range(at_work)] == ["at work\n"] * at_work
            family = psutil.Process(owner.pid).children(recursive=True)
            assert len(family) >= at_work
        finally:
            owner.kill()
        until(lambda: not any(map(_lives, family)))


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
