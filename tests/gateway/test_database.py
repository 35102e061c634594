import os
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.database import Database, address, open_engine


def test_a_transaction_is_kept_when_its_block_ends(database: Database) -> None:
    """What a finished block wrote is there for the next one."""
    with database.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE kept (number int)"))
    with database.transaction() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM kept")) == 0


def test_a_transaction_is_undone_when_its_block_raises(database: Database) -> None:
    """Nothing remains of a block that failed."""

    def fail(connection: Connection) -> None:
        connection.execute(sa.text("CREATE TABLE lost (number int)"))
        raise LookupError

    with pytest.raises(LookupError), database.transaction() as connection:
        fail(connection)
    with database.transaction() as connection:
        assert connection.scalar(sa.text("SELECT to_regclass('lost')")) is None


def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    """The bound is the session's: no caller has to remember it."""
    engine = open_engine(database_url, pool_size=1, statement_timeout_ms=50)
    with pytest.raises(sa.exc.OperationalError, match="statement timeout"), engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_sleep(5)"))
    engine.dispose()


def test_a_request_does_not_wait_long_for_a_connection(database_url: str) -> None:
    """When all connections are busy the caller hears it within its patience."""
    engine = open_engine(database_url, pool_size=1, pool_timeout_s=0.05)
    with engine.connect(), pytest.raises(sa.exc.TimeoutError):
        engine.connect()
    engine.dispose()


def test_a_forked_child_uses_connections_of_its_own(database_url: str) -> None:
    """Parent and child may use one engine: their sessions differ, and the parent's lives on."""
    engine = open_engine(database_url, pool_size=1)
    read, write = os.pipe()
    with engine.connect() as connection:
        mine = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    child = os.fork()
    if child == 0:
        with engine.connect() as connection:
            os.write(write, str(connection.scalar(sa.text("SELECT pg_backend_pid()"))).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(read, 20)) != mine
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT pg_backend_pid()")) == mine
    os.close(read)
    os.close(write)
    engine.dispose()


def test_errors_do_not_carry_parameters(connection: Connection) -> None:
    """Parameters are personal data; an error's text ends up in a log."""
    with pytest.raises(sa.exc.DBAPIError) as caught, connection.begin_nested():
        connection.execute(
            sa.text("SELECT 1 / (length(:name) - length(:name))"), {"name": "Erika Mustermann"}
        )
    assert "Mustermann" not in str(caught.value)


def test_many_sessions_at_once_get_their_own_connections(database: Database) -> None:
    """A race test may run as many threads as the fixture promises."""
    together = threading.Barrier(32, timeout=30)

    def wait() -> None:
        with database.transaction() as connection:
            connection.execute(sa.text("SELECT 1"))
            together.wait()

    threads = [threading.Thread(target=wait) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not together.broken


def test_two_that_wait_for_each_other_both_finish(database: Database) -> None:
    """PostgreSQL ends one of them, which is done again: its caller never hears of it."""
    with database.transaction() as connection:
        connection.execute(
            sa.text("CREATE TABLE pair AS SELECT n, 0 AS done FROM generate_series(1, 2) AS n")
        )
    together = threading.Barrier(2, timeout=30)
    tries: list[int] = []

    def both(first: int) -> None:
        waits = iter([together.wait])

        def work(connection: sa.Connection) -> None:
            tries.append(first)
            for row in (first, 3 - first):
                connection.execute(sa.text("UPDATE pair SET done = done + 1 WHERE n = :n"), {"n": row})
                for wait in waits:
                    wait()

        database.transact(work)

    threads = [threading.Thread(target=both, args=[first]) for first in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as connection:
        assert connection.scalars(sa.text("SELECT done FROM pair")).all() == [2, 2]
    assert len(tries) > 2


def test_what_fails_by_itself_is_not_repeated(database: Database) -> None:
    """Only another's transaction is a reason to try again."""
    tries: list[int] = []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        connection.execute(sa.text("SELECT 1 / 0"))

    with pytest.raises(sa.exc.DBAPIError):
        database.transact(work)
    assert len(tries) == 1


@pytest.mark.parametrize("spelling", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_the_address_means_our_driver(spelling: str) -> None:
    """Hosting providers write the scheme differently."""
    assert address(f"{spelling}://someone@localhost/o2o").drivername == "postgresql+psycopg2"
