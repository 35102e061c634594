"""The processes of a running gateway: request workers under granian, background workers, the metrics port.

This process owns them and the embedded database. It holds a lock that all of them wait for, so they end
with it, also when it is killed; and it starts again what dies while it lives.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
import structlog
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from gateway import metrics
from gateway.database import Database
from gateway.processes import ending, lifeline
from gateway.processes.locks import FileLock
from gateway.serving import warming
from gateway.serving.watch import Watch
from gateway.settings import Settings

TARGET = "gateway.serve:app"

STOP_S = 10
"""How long requests and background work under way may take to finish; then their processes are killed."""

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Before a background worker that died is started again: longer each time while it keeps dying."""


class StartError(Exception):
    """The gateway cannot start; the message says why and what to do."""


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[Path]:
    """Holds this home for one running gateway; yields the lock file that children take as their lifeline."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "run.lock"
    with FileLock(path) as running:
        if not running.try_take():
            raise StartError(f"a gateway already runs in {home}; stop it, or set O2O_HOME to another folder")
        yield path


def check_ports(settings: Settings) -> None:
    """Raises StartError when a port is taken: granian would share it and answer every other request."""
    for name, port in (("O2O_PORT", settings.port), ("O2O_METRICS_PORT", settings.metrics_port)):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                reason = f"{settings.host}:{port} cannot be used ({error.strerror}); set {name}"
                raise StartError(reason) from error


def serve(settings: Settings, database: Database, lock: Path, *, when_ready: Callable[[], None]) -> None:
    """Runs everything until SIGINT or SIGTERM, then stops it in order. Calls `when_ready` once requests are
    answered.
    """
    os.environ.update(DATABASE_URL=database.url, O2O_HOME=str(settings.home))
    os.environ[lifeline.VARIABLE] = str(lock)
    metrics.prepare_directory(settings.home / "metrics")
    metrics.serve(host=settings.host, port=settings.metrics_port, more=[Watch(database.url)])
    # Fresh interpreters instead of forks: this process has threads, locks and connections that a fork would
    # half copy.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        TARGET,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads_per_worker,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_S,
        log_level=LogLevels.warning,
    )
    background = [Background() for _ in range(settings.background_workers)]
    first: list[Callable[[], None]] = [*(one.start for one in background), when_ready]
    if database.attachment is not None:
        first.append(lambda: _fill_memory(database.url))
    server.on_startup(lambda: _tell_when_ready(settings, first))
    _hear_on_every_thread(server.signal_handler_interrupt)
    try:
        server.serve()
    finally:
        for one in background:
            one.ask_to_stop()
        for one in background:
            one.wait()


def _fill_memory(url: str) -> None:
    structlog.get_logger().info("memory_filled", pages=warming.warm(url))


class Background:
    """A background worker's process, started again when it dies."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Starts it, and a thread that looks after it."""
        self._keeper.start()

    def ask_to_stop(self) -> None:
        """Lets it finish its piece of work and end."""
        self._stopping.set()

    def wait(self) -> None:
        """Until it has ended."""
        if self._keeper.is_alive():
            self._keeper.join()

    def _keep(self) -> None:
        pause_s = SHORTEST_PAUSE_S
        while not self._stopping.is_set():
            command = [sys.executable, "-P", "-m", "gateway", "worker"]
            started = time.monotonic()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
            while process.poll() is None and not self._stopping.wait(0.2):
                pass
            if self._stopping.is_set():
                ending.end(process, within_s=STOP_S)
                return
            click.echo(
                f"o2o: a background worker ended (code {process.returncode}); starting again", err=True
            )
            lived_s = time.monotonic() - started
            pause_s = SHORTEST_PAUSE_S if lived_s > LONGEST_PAUSE_S else min(pause_s * 2, LONGEST_PAUSE_S)
            self._stopping.wait(pause_s)


def _hear_on_every_thread(stop: Callable[[], None]) -> None:
    """Calls `stop` at SIGINT and SIGTERM, whichever thread of this process the kernel hands the signal to.

    Python runs handlers on the main thread alone, which sleeps on when another one was interrupted. What
    Python writes down at once, on any thread, wakes one of ours.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.detach(), warn_on_full_buffer=False)  # open for as long as the process lives
    threading.Thread(target=_stop_when_told, args=[stop, heard], name="signals", daemon=True).start()


def _stop_when_told(stop: Callable[[], None], heard: socket.socket) -> None:
    while True:
        if heard.recv(1)[0] in {signal.SIGINT, signal.SIGTERM}:
            stop()


def _tell_when_ready(settings: Settings, tell: Sequence[Callable[[], None]]) -> None:
    threading.Thread(target=_wait_until_ready, args=[settings, tell], name="ready", daemon=True).start()


def _wait_until_ready(settings: Settings, tell: Sequence[Callable[[], None]]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # ourselves
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/readyz"
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                break
        time.sleep(0.05)
    for one in tell:
        one()
