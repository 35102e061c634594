"""Using the embedded server: started by its first user, shared by all, stopped after the last one."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

import gateway
from gateway.postgres import cluster
from gateway.postgres.errors import PostgresError
from gateway.processes.locks import FileLock

AGAIN_S = 1.0
"""How long the keeper rests when the server did not come back."""


class Attachment:
    """One process's use of the server. While any attachment is open, the server runs."""

    def __init__(self, home: Path, users: FileLock, *, durable: bool) -> None:
        found = cluster.existing(home)
        assert found is not None
        self.url = found.url
        self._home = home
        self._users = users
        self._durable = durable
        self._closed = threading.Event()

    def keep(self) -> None:
        """From now on, brings the server back should somebody kill it together with its watcher."""
        threading.Thread(target=self._bring_back, name="postgres-keeper", daemon=True).start()

    def close(self, *, wait_s: float = 0) -> None:
        """Ends this use. With `wait_s`, waits up to that long for the server to stop, which it does when
        nobody else uses it.
        """
        self._closed.set()
        self._users.release()
        deadline = time.monotonic() + wait_s
        with FileLock(cluster.folder(self._home) / "watch.lock") as watch:
            while time.monotonic() < deadline and watch.is_taken():
                time.sleep(0.02)

    def _bring_back(self) -> None:
        while not self._closed.is_set():
            with FileLock(cluster.folder(self._home) / "watch.lock") as watch:
                watch.share()  # returns when the watcher is gone
            if self._closed.is_set():
                return
            try:
                _ensure(self._home, durable=self._durable)
            except PostgresError as error:  # a full disk may have room again: nobody else would try
                structlog.get_logger().error("database_not_back", error=error)
                self._closed.wait(AGAIN_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def attach(home: Path, *, durable: bool = True) -> Attachment:
    """An attachment to the server of this home, which is started (and its data folder made) when it does
    not run.
    """
    users = FileLock(cluster.folder(home) / "users.lock")
    users.share()  # waits while an unused server is being stopped
    try:
        _ensure(home, durable=durable)
        return Attachment(home, users, durable=durable)
    except BaseException:
        users.release()
        raise


def _ensure(home: Path, *, durable: bool) -> None:
    launcher = cluster.folder(home)
    with FileLock(launcher / "start.lock") as start, FileLock(launcher / "watch.lock") as watch:
        start.take()
        while watch.is_taken():
            if _is_ready(home):
                return
            time.sleep(0.02)  # a killed starter left a watcher that is still starting, or is about to go
        _start(home, launcher, durable=durable)


def _is_ready(home: Path) -> bool:
    found = cluster.existing(home)
    return found is not None and (cluster.status(found) or (0, ""))[1] == "ready"


def _start(home: Path, launcher: Path, *, durable: bool) -> None:
    log = launcher / cluster.LOG
    source = str(Path(gateway.__file__).parent.parent)
    with log.open("wb") as errors:
        watcher = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "gateway.postgres.watch",
                str(home),
                "durable" if durable else "fast",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=home,
            env={**os.environ, "PYTHONPATH": source},
            start_new_session=True,  # a Ctrl-C in the terminal is for us, not for the server
        )
    assert watcher.stdout is not None
    with watcher.stdout:
        answer = watcher.stdout.readline()
    if answer.strip() != b"ready":
        code = watcher.wait()
        reason = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise PostgresError(f"the server did not start (exit code {code}): {' '.join(reason[-3:])}")
    # The watcher outlives us by design: nobody waits for it, so this handle must not complain about that.
    watcher.returncode = 0
