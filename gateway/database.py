"""The way to PostgreSQL: which server, how many connections, how long a statement may take, and where a
commit happens.

Order: DATABASE_URL, else our own server (the running one, or one started now; see `gateway.postgres`). One
transaction per request or step, opened here; the domains never commit.
"""

import os
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

import psycopg2
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import URL, Connection, Engine, make_url

from gateway.postgres.attachment import Attachment, attach
from gateway.settings import Settings

STATEMENT_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
POOL_TIMEOUT_S = 0.1
"""How long a request waits for a free connection. A till gives up after 300 ms: better a quick no than a
late yes.
"""

PUT_OFF_FLUSH = "SET LOCAL synchronous_commit = off"
FLUSH = "SELECT pg_logical_emit_message(true, 'o2o', 'flush')"
"""A transaction with the first does not wait for the disk at its end; one with the second waits until it, and
all that was committed before it, is there.
"""

AGAIN_AFTER_S = (0.05, 0.25)
"""How long a transaction that PostgreSQL ended for the sake of another waits before it is done again: until
that other has been woken. Who comes back sooner takes its row away once more, and both wait for each other.
"""

OUT_OF_TIME = (psycopg2.errors.QueryCanceled, sa.exc.OperationalError, sa.exc.TimeoutError)
"""What short reads end with when their time is up: the statement on the driver's own cursor, the opening of a
connection for it, the wait for one.
"""

OTHER_TABLES = (
    psycopg2.errors.InvalidSchemaName,
    psycopg2.errors.UndefinedTable,
    psycopg2.errors.UndefinedColumn,
    psycopg2.errors.UndefinedFunction,
)
"""What statements end with where the database has not the tables of this version."""

T = TypeVar("T")


class Database:
    """A server's address and the connections this process holds to it; keeps an embedded server running
    while it is open.
    """

    def __init__(self, engine: Engine, attachment: Attachment | None = None) -> None:
        self.engine = engine
        self.attachment = attachment

    @property
    def url(self) -> str:
        """The address, password included: for child processes, never for a log."""
        return self.engine.url.render_as_string(hide_password=False)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in a transaction: committed when the block ends, rolled back when it raises."""
        with self.engine.begin() as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns in a transaction of its own; done again when it ended for another's sake."""

        def once() -> T:
            with self.transaction() as connection:
                return work(connection)

        return again(once)

    def close(self, *, wait_s: float = 0) -> None:
        """Gives the connections back and, after the last user, lets the embedded server stop (waiting so
        long for it).
        """
        self.engine.dispose()
        if self.attachment is not None:
            self.attachment.close(wait_s=wait_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(settings: Settings, *, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Database:
    """The database these settings name; the embedded server is started when it does not run yet."""

    def engine(url: str) -> Engine:
        return open_engine(url, pool_size=settings.pool_size, statement_timeout_ms=statement_timeout_ms)

    if settings.database_url:
        return Database(engine(settings.database_url))
    attachment = attach(settings.home)
    return Database(engine(attachment.url), attachment)


def open_engine(
    url: str,
    *,
    pool_size: int,
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
    pool_timeout_s: float = POOL_TIMEOUT_S,
    autocommit: bool = False,
) -> Engine:
    """An engine with a bounded pool and bounded statements (0 means unbounded). It may be used on both
    sides of a fork.

    With `autocommit`, every statement stands alone: for short reads that should not pay for opening and
    ending a transaction, nor for planning.
    """
    engine = sa.create_engine(
        address(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_s,
        pool_use_lifo=True,
        connect_args={
            "application_name": "o2o",
            "connect_timeout": 5,
            "options": _session_options(statement_timeout_ms, short_reads=autocommit),
        },
        hide_parameters=True,  # they are personal data, and error messages end up in logs
        **({"isolation_level": "AUTOCOMMIT"} if autocommit else {}),
    )
    _forget_connections_after_fork(engine)
    return engine


def again(work: Callable[[], T]) -> T:
    """What `work`, a whole transaction, returns.

    Two that wait for each other are nobody's mistake: PostgreSQL ends one, which is done again a few times
    before its caller hears of it.
    """
    for pause_s in AGAIN_AFTER_S:
        try:
            return work()
        except (sa.exc.DBAPIError, psycopg2.Error) as error:
            if not _is_conflict(error):
                raise
            structlog.get_logger().warning("transaction_again", error=error)
            time.sleep(pause_s)
    return work()


def _is_conflict(error: Exception) -> bool:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return isinstance(cause, psycopg2.errors.DeadlockDetected | psycopg2.errors.SerializationFailure)


def put_off_flush(connection: Connection) -> None:
    """This transaction's commit does not wait for the disk. Whoever does this answers only after `flush`."""
    connection.exec_driver_sql(PUT_OFF_FLUSH)


def flush(connection: Connection) -> None:
    """Commits a transaction that waits until it, and everything committed before it, is on disk."""
    with connection.begin():
        connection.exec_driver_sql(FLUSH)


def address(url: str) -> URL:
    """The address with our driver, whatever spelling of PostgreSQL it was given in."""
    given = make_url(url)
    if given.drivername in {"postgres", "postgresql"}:
        return given.set(drivername="postgresql+psycopg2")
    return given


def _session_options(statement_timeout_ms: int, *, short_reads: bool) -> str:
    chosen: dict[str, str | int] = {
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
        "timezone": "UTC",
        "jit": "off",
    }
    if short_reads:
        # Planning costs more than running them; and a plan made while a table was small outlives that.
        chosen |= {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
    return " ".join(f"-c {name}={value}" for name, value in chosen.items())


def _forget_connections_after_fork(engine: Engine) -> None:
    # A connection shared by two processes mixes up their answers. The child drops them without closing:
    # they are the parent's.
    kept = weakref.ref(engine)

    def forget() -> None:
        if (alive := kept()) is not None:
            alive.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
