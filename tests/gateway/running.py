"""A gateway in processes of its own, started as an operator starts it, so that it can really be killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from gateway.postgres import account, cluster

ROOT = Path(__file__).parents[2]

START_S = 180  # on a machine that does much else; it is not waited for longer than it takes


@dataclass
class Gateway:
    """A home folder and the gateway that runs in it, with ports of its own."""

    home: Path
    database_url: str | None = None
    user: int | None = None
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment of all of its commands."""
        others = ("O2O_", "DATABASE_", "PYTHONDONTWRITEBYTECODE")
        plain = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return plain | {
            "O2O_HOME": str(self.home),
            "O2O_PORT": str(self.ports[0]),
            "O2O_METRICS_PORT": str(self.ports[1]),
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
            **(self._foreign if self.user else {}),
        }

    @property
    def _foreign(self) -> dict[str, str]:
        """What another user's Python needs: our paths, and a place of its own for what it compiles."""
        return {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONPYCACHEPREFIX": str(self.home / "bytecode"),
        }

    def start(self) -> None:
        """Starts it and waits until it answers."""
        python = _python_for(self.user)
        with (self.home / "test.log").open("ab") as log:
            self.process = subprocess.Popen(
                [python, "-m", "gateway", "run"],
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.home,
                start_new_session=True,
                user=self.user or None,
                group=self.user or None,
                extra_groups=[] if self.user else None,
            )
        until(lambda: self.answers() or self.has_ended(), START_S)
        assert not self.has_ended(), (self.home / "test.log").read_text()

    def answers(self) -> bool:
        """Whether it takes requests."""
        try:
            return self.call("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def has_ended(self) -> bool:
        """Whether its first process is gone."""
        return self.process is not None and self.process.poll() is not None

    def call(
        self, method: str, path: str, body: object = None, key: str | None = None, once: str | None = None
    ) -> tuple[int, object]:
        """Status and body of one request; `once` is its Idempotency-Key."""
        request = urllib.request.Request(  # loopback
            f"http://127.0.0.1:{self.ports[0]}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Bearer {key}"} if key else {})
            | ({"Idempotency-Key": once} if once else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs another `o2o` command in the same home."""
        return subprocess.run(
            [sys.executable, "-m", "gateway", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def signal(self, number: signal.Signals) -> int:
        """Sends a signal to the first process alone and returns how it ended."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def family(self) -> list[psutil.Process]:
        """Every process that belongs to this home, whoever its parent is now."""
        home = str(self.home)
        return [process for process in psutil.process_iter() if _belongs(process, home)]


@contextmanager
def own_gateway() -> Iterator[Gateway]:
    """A gateway on the embedded server, not started yet; whatever remains of it is killed after the test."""
    folder = Path(tempfile.mkdtemp(prefix="o2o-run-", dir="/tmp"))
    folder.chmod(0o755)
    running = Gateway(folder)
    try:
        yield running
    finally:
        left = running.family()
        for process in left:
            with suppress(psutil.NoSuchProcess):  # it has just ended by itself
                process.kill()
        psutil.wait_procs(left)
        if running.process is not None:
            running.process.wait()
        cluster.discard(folder)
        shutil.rmtree(folder)


def _belongs(process: psutil.Process, home: str) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and (
            process.cwd().startswith(home)
            or home in " ".join(process.cmdline())
            or process.environ().get("O2O_HOME") == home
        )
    except psutil.Error:
        return False


def line_of(process: psutil.Process) -> str:
    """The process's command line; empty once it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def _python_for(user: int | None) -> str:
    if user is None:
        return sys.executable
    somebody = account.Account("nobody", user, user)
    if not account.reaches(somebody, ROOT):
        pytest.skip("another user cannot enter this checkout")
    for candidate in (Path(sys.executable).resolve(), Path("/usr/bin/python3")):
        if candidate.exists() and account.reaches(somebody, candidate.parent):
            return str(candidate)
    pytest.skip("no Python that another user may start")
