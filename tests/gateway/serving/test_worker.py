import datetime as dt
import threading

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.database import Database
from gateway.serving import worker
from gateway.serving.worker import Step

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def test_a_step_goes_on_until_nothing_is_left(database: Database) -> None:
    """Each piece is a transaction of its own; after the last one the step rests."""
    stop = threading.Event()
    left = [3, 2, 1, 0]
    seen: list[dt.datetime] = []

    def work(connection: Connection, now: dt.datetime) -> bool:
        assert connection.in_transaction()
        seen.append(now)
        if not left.pop(0):
            stop.set()
            return False
        return True

    worker.run(database, [Step("work", 60, work)], stop, lambda: NOW)
    assert seen == [NOW] * 4


def test_a_failing_step_does_not_stop_the_others(database: Database) -> None:
    """Its transaction is rolled back and it rests; what the others have to do is done."""
    stop = threading.Event()
    tried = []

    def fail(connection: Connection, _now: dt.datetime) -> bool:
        tried.append(True)
        connection.execute(sa.text("CREATE TABLE half (number int)"))
        connection.execute(sa.text("SELECT 1/0"))
        return True

    def finish(_connection: Connection, _now: dt.datetime) -> bool:
        stop.set()
        return False

    worker.run(database, [Step("fail", 60, fail), Step("finish", 60, finish)], stop, lambda: NOW)
    assert tried == [True]
    with database.transaction() as connection:
        assert connection.scalar(sa.text("SELECT to_regclass('half')")) is None
