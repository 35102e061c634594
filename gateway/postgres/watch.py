"""The process beside the server: starts it, starts it again when it crashes, and stops it when its last
user is gone.

Users hold a shared lock on `users.lock`, which the kernel drops when they die. This process waits to hold
that lock alone: the moment it does, nobody uses the server any more. Should this process itself be killed,
the kernel stops the server (Linux), or the next starter does.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from gateway.postgres import children
from gateway.postgres.cluster import LOG, Cluster, folder, prepare, status
from gateway.processes.locks import FileLock

STOP_S = 300
"""A fast stop writes everything to disk first; after this long the next start recovers from the log
instead.
"""

CRASHES_MOST = 5
"""Crashes in a row, each within a minute of its start, after which starting again is given up."""


LINGERING = ("still in use", "already exists")
"""What PostgreSQL says while a crashed predecessor is not gone yet: its last processes hold its shared
memory, or it was killed and nobody has collected it.
"""

LINGERING_TRIES = 40

PROCESSES = Path("/proc")
"""Where Linux tells what a process is; elsewhere `ps` is asked."""


def main(home: Path, *, durable: bool) -> int:
    """Runs a server for this home until nobody uses it. Says `ready` on standard output once it answers."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # meant for the users; we go when they are gone
    watching = FileLock(folder(home) / "watch.lock")
    watching.take()
    users = FileLock(folder(home) / "users.lock")
    cluster = prepare(home, durable=durable)
    _stop_stray(cluster)
    watch = Watch(cluster, folder(home) / LOG)
    if not watch.start():
        return 1
    with contextlib.suppress(BrokenPipeError):  # a starter that was killed meanwhile reads no more
        os.write(sys.stdout.fileno(), b"ready\n")
    os.close(sys.stdout.fileno())
    threading.Thread(target=watch.notice_unused, args=[users], daemon=True).start()
    code = watch.wait()
    watching.release()  # before `users`: whoever may attach again must find no watcher
    users.release()
    return code


class Watch:
    """One server process and what is to happen to it."""

    def __init__(self, cluster: Cluster, log: Path) -> None:
        self._cluster = cluster
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._unused = threading.Event()

    def start(self) -> bool:
        """Starts the server and waits until it takes connections; False when it gives up, with its reasons
        on standard error.
        """
        for _ in range(LINGERING_TRIES):
            self._process = children.start(
                self._cluster.binaries.program("postgres"),
                ["-D", str(self._cluster.data)],
                self._cluster.account,
                self._cluster.data,
            )
            while self._process.poll() is None:
                if status(self._cluster) == (self._process.pid, "ready"):
                    return True
                time.sleep(0.01)
            said = self._log.read_text(encoding="utf-8", errors="replace")
            if not any(words in said.rpartition("FATAL")[2] for words in LINGERING):
                break
            time.sleep(0.5)
        return False

    def notice_unused(self, users: FileLock) -> None:
        """Waits until nobody uses the server, and lets `wait` know."""
        users.take()
        self._unused.set()

    def wait(self) -> int:
        """Waits for the server's end, starting it again after a crash. 0 when it was stopped because it was
        unused.
        """
        crashes = 0
        while not self._unused.is_set():
            started = time.monotonic()
            self._await_end()
            if self._unused.is_set():
                break
            crashes = crashes + 1 if time.monotonic() - started < 60 else 1  # seconds
            if crashes > CRASHES_MOST or not self.start():
                return 1
        self._await_end()
        return 0

    def _await_end(self) -> None:
        assert self._process is not None
        while self._process.poll() is None:
            if not self._unused.wait(timeout=0.2):
                continue
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()


def _stop_stray(cluster: Cluster) -> None:
    """Stops a server whose watcher was killed where the kernel could not stop it with the watcher."""
    stray = status(cluster)
    if stray is None or not _is_server(cluster, stray[0]):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(stray[0], signal.SIGINT)
        for _ in range(STOP_S * 10):
            os.kill(stray[0], 0)
            time.sleep(0.1)


def _is_server(cluster: Cluster, pid: int) -> bool:
    # A pid file survives a crash, and its number may belong to anybody by now.
    if PROCESSES.exists():
        with contextlib.suppress(OSError):
            return os.fsencode(cluster.data) in (PROCESSES / str(pid) / "cmdline").read_bytes()
        return False
    told = subprocess.run(["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, check=False)
    return os.fsencode(cluster.data) in told.stdout


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), durable=sys.argv[2] == "durable"))
