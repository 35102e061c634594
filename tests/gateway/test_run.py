"""`o2o run` with real processes that are really killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from gateway.database import Database, open_engine
from gateway.locks import FileLock
from gateway.postgres import account, cluster

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]

START_S = 180  # on a machine that does much else; it is not waited for longer than it takes
NOBODY = 65534
LAST_BREATH_S = 5
"""After the gateway has ended, its helpers see their pipes closed and go."""


@dataclass
class Gateway:
    """A home folder and the gateway that runs in it, with ports of its own."""

    home: Path
    database_url: str | None = None
    user: int | None = None
    ports: tuple[int, int] = field(default_factory=lambda: (_free_port(), _free_port()))
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
            "PYTHONPYCACHEPREFIX": str(self.home / "bytecode"),
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
            **({"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} if self.user else {}),
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
                **({"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}),
            )
        _until(lambda: self.answers() or self.has_ended(), START_S)
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

    def call(self, method: str, path: str, body: object = None, key: str | None = None) -> tuple[int, object]:
        """Status and body of one request."""
        request = urllib.request.Request(  # loopback
            f"http://127.0.0.1:{self.ports[0]}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Bearer {key}"} if key else {}),
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


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway on the embedded server, not started yet; whatever remains of it is killed after the test."""
    folder = Path(tempfile.mkdtemp(prefix="o2o-run-", dir="/tmp"))
    folder.chmod(0o755)
    running = Gateway(folder)
    yield running
    left = running.family()
    for process in left:
        process.kill()
    psutil.wait_procs(left)
    if running.process is not None:
        running.process.wait()
    cluster.discard(folder)
    shutil.rmtree(folder)


def test_ctrl_c_stops_everything(gateway: Gateway) -> None:
    """After Ctrl-C it ends as a command that did what it should, and no process is left."""
    gateway.start()
    assert gateway.signal(signal.SIGINT) == 0
    _until(lambda: gateway.family() == [], LAST_BREATH_S)


def test_kill_leaves_no_process_and_loses_no_commit(gateway: Gateway) -> None:
    """Records are written until the gateway is killed: all that were answered are there at the next start,
    and in between nothing of it runs.
    """
    gateway.start()
    key = _key(gateway)
    answered: list[str] = []
    writer = threading.Thread(target=_write_until_it_fails, args=[gateway, key, answered])
    writer.start()
    _until(lambda: len(answered) >= 20 or not writer.is_alive())
    assert writer.is_alive(), answered[-1:]
    gateway.signal(signal.SIGKILL)
    writer.join()
    _until(lambda: gateway.family() == [])
    gateway.start()
    for name in answered:
        assert gateway.call("GET", f"/v1/records/crm/{name}", key=key)[0] == 200
    assert gateway.signal(signal.SIGTERM) == 0
    _until(lambda: gateway.family() == [], LAST_BREATH_S)


def test_children_that_die_are_started_again(gateway: Gateway) -> None:
    """A request worker and the background worker are killed; requests are answered and both are back."""
    gateway.start()
    _until(lambda: len(_workers(gateway)) == 3, START_S)
    before = {process.pid for process in _workers(gateway)}
    for process in _workers(gateway):
        process.kill()
    _until(lambda: len({process.pid for process in _workers(gateway)} - before) == 3, START_S)
    _until(gateway.answers, START_S)
    assert gateway.signal(signal.SIGINT) == 0
    _until(lambda: gateway.family() == [], LAST_BREATH_S)


def test_the_database_comes_back_under_a_running_gateway(gateway: Gateway) -> None:
    """The server and its watcher are killed: the gateway starts them again and answers, with all data."""
    gateway.start()
    key = _key(gateway)
    assert _put(gateway, key, "before") == 201
    for process in gateway.family():
        if "gateway.postgres.watch" in _line(process):
            process.kill()
    _until(gateway.answers, START_S)
    _until(lambda: _put(gateway, key, "after") in {200, 201})
    # A worker notices with its next request that a connection is dead, and answers that one with 503.
    _until(lambda: gateway.call("GET", "/v1/records/crm/before", key=key)[0] == 200)


def test_a_home_runs_one_gateway(gateway: Gateway) -> None:
    """A second one is refused with a sentence, before it touches anything."""
    with FileLock(gateway.home / "run.lock") as running:
        running.take()
        second = gateway.command("run")
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert not (gateway.home / "postgres").exists()


def test_a_port_in_use_is_named(gateway: Gateway) -> None:
    """Two servers sharing a port would each answer half of the requests."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", gateway.ports[0]))
        taken.listen()
        refused = gateway.command("run")
    assert refused.returncode == 1
    assert "O2O_PORT" in refused.stderr


def test_a_server_of_ones_own_is_used(gateway: Gateway, database_url: str) -> None:
    """With DATABASE_URL no embedded server is started, and stopping leaves the server alone."""
    gateway.database_url = database_url
    gateway.start()
    assert _put(gateway, _key(gateway), "there") == 201
    assert not (gateway.home / "postgres").exists()
    assert gateway.signal(signal.SIGINT) == 0
    assert gateway.command("doctor").returncode == 0 or "durability" in gateway.command("doctor").stdout


def test_what_was_answered_is_logged_before_it_stops(gateway: Gateway, database_url: str) -> None:
    """Decisions are logged behind their answers; a stop waits for those that are still to be written."""
    gateway.database_url = database_url
    gateway.start()
    key = _key(gateway, "query")
    for _ in range(30):
        assert gateway.call("POST", "/v1/offers/query", {"channel": "web"}, key)[0] == 200
    assert gateway.signal(signal.SIGTERM) == 0
    with Database(open_engine(database_url, pool_size=1)) as database, database.transaction() as connection:
        assert connection.exec_driver_sql("select count(*) from offers.decision").scalar_one() == 30


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_runs_it_as_itself(gateway: Gateway) -> None:
    """Everything it starts and writes is the user's own."""
    os.chown(gateway.home, NOBODY, NOBODY)
    gateway.user = NOBODY
    gateway.start()
    assert {process.uids().real for process in gateway.family()} == {NOBODY}
    assert gateway.signal(signal.SIGINT) == 0
    _until(lambda: gateway.family() == [], LAST_BREATH_S)
    assert {path.stat().st_uid for path in gateway.home.rglob("*") if path.name != "test.log"} == {NOBODY}


def _write_until_it_fails(gateway: Gateway, key: str, answered: list[str]) -> None:
    for number in range(100_000):
        try:
            status = _put(gateway, key, f"r{number}")
        except OSError:
            return
        if status != 201:
            answered.append(f"refused with {status}")
            return
        answered.append(f"r{number}")


def _put(gateway: Gateway, key: str, name: str) -> int:
    body = {"attributes": {"given_name": "Erika"}, "identifiers": [], "consents": []}
    return gateway.call("PUT", f"/v1/records/crm/{name}", body, key)[0]


def _key(gateway: Gateway, *scopes: str) -> str:
    asked = [f"--scope={scope}" for scope in scopes or ("ingest", "profile_read")]
    made = gateway.command("keys", "create", "test", *asked, "--source=crm", "--json")
    assert made.returncode == 0, made.stderr
    token: str = json.loads(made.stdout)["token"]
    return token


def _workers(gateway: Gateway) -> list[psutil.Process]:
    """The processes that do the work: granian's and the background worker."""
    found = [(process, _line(process)) for process in gateway.family()]
    return [process for process, line in found if "spawn_main" in line or line.endswith(" worker")]


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""


def _belongs(process: psutil.Process, home: str) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and (
            process.cwd().startswith(home)
            or home in " ".join(process.cmdline())
            or process.environ().get("O2O_HOME") == home
        )
    except psutil.Error:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
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
