"""`o2o run` with real processes that are really killed."""

import ctypes
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gateway.database import Database, open_engine
from gateway.processes.behind import BEHIND
from gateway.processes.locks import FileLock
from tests.gateway.running import START_S, Gateway, line_of, own_gateway, until

pytestmark = pytest.mark.process

NOBODY = 65534
LAST_BREATH_S = 60
"""After the gateway has ended, its helpers see their pipes closed and go."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway on the embedded server, not started yet; whatever remains of it is killed after the test."""
    with own_gateway() as running:
        yield running


def test_ctrl_c_stops_everything(gateway: Gateway) -> None:
    """After Ctrl-C it ends as a command that did what it should, and no process is left."""
    gateway.start()
    assert gateway.signal(signal.SIGINT) == 0
    until(lambda: gateway.family() == [], LAST_BREATH_S)


def test_kill_leaves_no_process_and_loses_no_commit(gateway: Gateway) -> None:
    """Records are written until the gateway is killed: all that were answered are there at the next start,
    and in between nothing of it runs.
    """
    gateway.start()
    key = _key(gateway)
    answered: list[str] = []
    refused: list[int] = []  # amid the kill, a worker may find its database gone before it ends itself
    writer = threading.Thread(target=_write_until_it_fails, args=[gateway, key, answered, refused])
    writer.start()
    until(lambda: len(answered) >= 20 or not writer.is_alive())
    assert writer.is_alive(), refused
    gateway.signal(signal.SIGKILL)
    writer.join()
    until(lambda: gateway.family() == [])
    gateway.start()
    for name in answered:
        assert gateway.call("GET", f"/v1/records/crm/{name}", key=key)[0] == 200
    assert gateway.signal(signal.SIGTERM) == 0
    until(lambda: gateway.family() == [], LAST_BREATH_S)


def test_children_that_die_are_started_again(gateway: Gateway) -> None:
    """A request worker and the background workers are killed; requests are answered and all are back."""
    gateway.start()
    until(lambda: len(_workers(gateway)) == 4, START_S)
    before = {process.pid for process in _workers(gateway)}
    for process in _workers(gateway):
        process.kill()
    until(lambda: len({process.pid for process in _workers(gateway)} - before) == 4, START_S)
    until(gateway.answers, START_S)
    assert gateway.signal(signal.SIGINT) == 0
    until(lambda: gateway.family() == [], LAST_BREATH_S)


def test_the_database_comes_back_under_a_running_gateway(gateway: Gateway) -> None:
    """The server and its watcher are killed: the gateway starts them again and answers, with all data."""
    gateway.start()
    key = _key(gateway)
    assert _put(gateway, key, "before") == 201
    for process in gateway.family():
        if "gateway.postgres.watch" in line_of(process):
            process.kill()
    until(gateway.answers, START_S)
    until(lambda: _put(gateway, key, "after") in {200, 201})
    # A worker notices with its next request that a connection is dead, and answers that one with 503.
    until(lambda: gateway.call("GET", "/v1/records/crm/before", key=key)[0] == 200)


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


def test_a_signal_is_heard_on_whichever_thread_it_comes(gateway: Gateway, database_url: str) -> None:
    """The kernel may hand it to any thread; only Python's handlers are the main one's."""
    gateway.database_url = database_url
    gateway.start()
    assert gateway.process is not None
    pid = gateway.process.pid
    until(lambda: len(_workers(gateway)) == 4, START_S)
    others = sorted(int(path.name) for path in Path(f"/proc/{pid}/task").iterdir() if path.name != str(pid))
    assert ctypes.CDLL(None).tgkill(pid, others[0], signal.SIGTERM) == 0
    assert gateway.process.wait(timeout=60) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_runs_it_as_itself(gateway: Gateway) -> None:
    """Everything it starts and writes is the user's own."""
    os.chown(gateway.home, NOBODY, NOBODY)
    gateway.user = NOBODY
    gateway.start()
    assert {process.uids().real for process in gateway.family()} == {NOBODY}
    assert gateway.signal(signal.SIGINT) == 0
    until(lambda: gateway.family() == [], LAST_BREATH_S)
    assert {path.stat().st_uid for path in gateway.home.rglob("*") if path.name != "test.log"} == {NOBODY}


def _write_until_it_fails(gateway: Gateway, key: str, answered: list[str], refused: list[int]) -> None:
    for number in range(100_000):
        try:
            status = _put(gateway, key, f"r{number}")
        except OSError:
            return
        if status != 201:
            refused.append(status)
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


def test_background_work_stands_behind_what_is_waited_for(gateway: Gateway) -> None:
    """So do the database's sessions that work for it; those of the processes that answer do not."""
    gateway.start()
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    until(lambda: {ours, min(ours + BEHIND, 19)} <= {one.nice() for one in _sessions(gateway)}, START_S)


def _sessions(gateway: Gateway) -> list[psutil.Process]:
    """The database's processes that work for somebody."""
    return [process for process in gateway.family() if line_of(process).startswith("postgres: o2o ")]


def _workers(gateway: Gateway) -> list[psutil.Process]:
    """The processes that do the work: granian's and the background workers."""
    found = [(process, line_of(process)) for process in gateway.family()]
    return [process for process, line in found if "spawn_main" in line or line.endswith(" worker")]
