"""The first requests of a process may come all at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]

PROGRAM = """
import os, sys, threading
sys.setswitchinterval(1e-6)
from gateway.api import offers
LINE = {"line": "1", "quantity": "1", "amount": 300, "already": [{"kind": "staff", "amount": 1}]}
KEY = {"store": "1", "terminal": "1", "business_day": "2026-11-21", "number": "1"}
BODY = {"channel": "till", "transaction": KEY, "shoppers": [{"scan": "1"}],
        "basket": {"currency": "EUR", "lines": [LINE]}}

def first_requests():
    start = threading.Barrier(8)
    def one():
        start.wait()
        offers.DECODE(BODY)
    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)

for _ in range(25):
    child = os.fork()
    if not child:
        first_requests()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_no_process_dies_of_its_first_requests() -> None:
    """Twenty-five fresh processes, each with eight tills that ask in the same instant."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout.split() == ["0"] * 25, done.stderr[-2000:]
