"""Where background work stands."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.processes import behind

AUTOGROUP = Path("/proc/self/autogroup")
STAND = (
    "import os; from gateway.processes import behind; behind.stand();"
    f" print(os.nice(0), open({str(AUTOGROUP)!r}).read().split()[-1])"
)


def _groups_by_session() -> bool:
    """Whether the kernel does so; where a control group holds the process, the file is there and empty."""
    return AUTOGROUP.exists() and AUTOGROUP.read_text().strip() != ""


groups = pytest.mark.skipif(not _groups_by_session(), reason="no groups by session here")


@groups
@pytest.mark.parametrize("leads", [True, False], ids=["leads a session", "in another's session"])
def test_a_session_stands_behind_only_with_its_leader(leads: bool) -> None:
    """A worker started by hand leaves the terminal's other programs where they are."""
    before = AUTOGROUP.read_text().split()[-1]
    done = subprocess.run(
        [sys.executable, "-P", "-c", STAND],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=leads,
    )
    place, session = done.stdout.split()
    assert int(place) >= behind.BEHIND
    assert session == (str(behind.BEHIND) if leads else before)


@groups
def test_another_that_leads_a_session_is_put_behind_with_it() -> None:
    """A session of the database that works for a background worker is such a one."""
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    ) as other:
        behind.put(other.pid)
        stood = Path(f"/proc/{other.pid}/autogroup").read_text().split()[-1]
        other.communicate(b"\n")
    assert stood == str(behind.BEHIND)
