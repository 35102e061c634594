"""Starting PostgreSQL's programs so that none of them outlives the process that watches over it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.postgres.account import Account
from gateway.postgres.errors import PostgresError

KEPT_MEMORY: Final = {"MALLOC_TRIM_THRESHOLD_": str(8 * 2**20), "MALLOC_TOP_PAD_": str(2**18)}
"""What a session keeps of the memory that its statements used. By itself glibc gives all above 128 kB back
after each, and the next one takes it again, page by page.
"""


def start(program: str, arguments: list[str], account: Account, folder: Path) -> "subprocess.Popen[bytes]":
    """A program running as the account, in a session of its own; asked to stop (SIGINT) when this process
    dies.
    """
    return subprocess.Popen(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        env=environment(),
        start_new_session=True,
        preexec_fn=_stopped_with(os.getpid()),  # noqa: PLW1509  # our other thread only waits
        **account.process_options(),
    )


def run(program: str, arguments: list[str], account: Account, folder: Path, typed: str = "") -> None:
    """Runs a program to its end, with this on its standard input. Raises PostgresError with its words when
    it fails.
    """
    done = subprocess.run(
        [program, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(),
        preexec_fn=_stopped_with(os.getpid()),  # as above
        **account.process_options(),
    )
    if done.returncode != 0:
        raise PostgresError(f"{program} failed: {(done.stderr or done.stdout).strip()}")


def environment() -> dict[str, str]:
    """The environment for PostgreSQL's programs: ours without what would redirect or translate them."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return KEPT_MEMORY | own


def _stopped_with(parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes the program: asks the kernel to be stopped when `parent` dies."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG; after stepping down, which would clear it
        if os.getppid() != parent:
            os._exit(1)

    return ask
