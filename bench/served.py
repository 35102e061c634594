"""An application under granian, as `o2o run` serves it, for as long as a measurement lasts."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.processes import ending, lifeline
from gateway.processes.locks import FileLock

COMMAND = (
    *(sys.executable, "-m", "granian", "--interface=wsgi", "--host=127.0.0.1", "--no-ws"),
    *("--log-level=warning", "--workers=2", "--blocking-threads=4"),
)
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 15


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it listens and which process tree it is."""

    url: str
    pid: int


@contextmanager
def served(target: str, environment: Mapping[str, str], *, log: Path) -> Iterator[Served]:
    """Serves a WSGI target on a free loopback port with two workers until the block ends, or this process."""
    port = _free_port()
    alive = log.with_suffix(".lifeline")
    with FileLock(alive) as lock, log.open("wb") as output:
        lock.take()
        process = subprocess.Popen(
            [*COMMAND, f"--port={port}", target],
            env={**os.environ, **environment, lifeline.VARIABLE: str(alive)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_answering(url, process, log)
            yield Served(url=url, pid=process.pid)
        finally:
            ending.end(process, within_s=STOP_TIMEOUT_S)
            # A worker that was still starting may have missed the signal; the group is ours alone.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Any HTTP answer will do: the floor has no health route."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url + "/healthz", timeout=1).close()  # noqa: S310 - loopback
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not start; it said: {log.read_text(errors='replace')[-2000:]}")
