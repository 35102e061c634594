"""Pools of processes, and how a process is ended."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.processes import ending
from tests.owners import leaves_nobody_behind

pytestmark = pytest.mark.process

POOL = """
import time
from gateway.processes import pools

def work():
    print("at work", flush=True)
    time.sleep(600)

if __name__ == "__main__":
    made = pools.pool(2)
    for _ in range(2):
        made.submit(work)
    time.sleep(600)
"""
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(600)"


def test_a_pool_ends_with_its_owner(tmp_path: Path) -> None:
    """Even when its owner is killed, and nobody is left to tell it."""
    program = tmp_path / "pool.py"
    program.write_text(POOL, encoding="utf-8")
    leaves_nobody_behind(program, at_work=2)


def test_what_does_not_end_when_asked_is_killed() -> None:
    """It had its time."""
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ending.end(process, within_s=0.1)
        assert process.returncode == -signal.SIGKILL
