"""Many processes that bring in one world at a time end where one process would."""

import datetime as dt
import multiprocessing
import random
import time
from collections.abc import Callable

import psycopg2
import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from gateway.database import Database, open_engine
from identity import redo
from identity.context import Context
from identity.model import Assurance
from identity.reading import changes
from identity.register import opening, records
from identity.scoring.weigh import DeterministicModel
from identity.sealing.vault import open_vault
from identity.submission import Claim, Statement, Submission
from tests.identity import scratch
from tests.identity.histories import START
from tests.identity.worlds import tight_policy

PROCESSES = 8


def context() -> Context:
    """The same context in every process; ids are real ones."""
    vault = open_vault(1, {1: (b"p" * 32, b"e" * 32)})
    return Context(tight_policy(), DeterministicModel(), vault, uuid7)


def submissions(seed: int, count: int) -> list[Submission]:
    """Records that share a few values, so that writers meet at the same keys and pieces all the time."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        person = chance.randrange(max(2, count // 5))
        claims = [Claim("email", f"p{person}@example.at", Assurance.VERIFIED)]
        claims += [Claim("loyalty_card", f"97345{chance.randrange(count // 3)}86", Assurance.VERIFIED)]
        if chance.random() < 0.3:
            claims.append(Claim("phone", "+436642345678", Assurance.TYPED))
        said = [
            Statement("cross_channel", granted=chance.random() < 0.8, at=START + dt.timedelta(days=number))
        ]
        name = {"given_name": chance.choice(("Anna", "Clara", "")), "family_name": "Huber"}
        source = chance.choice(("web", "loyalty", "crm"))
        found.append(Submission(source, f"r{number}", name, claims, said, observed_at=START))
    return found


def bring_in(url: str, mine: list[Submission], together: int) -> int:
    """Brings records in, so many a transaction; returns how often PostgreSQL found a deadlock."""
    engine, ctx, deadlocks = open_engine(url, pool_size=1), context(), 0
    for start in range(0, len(mine), together):
        while True:
            try:
                with engine.begin() as connection:
                    records.put_together(connection, ctx, mine[start : start + together], now=START)
                break
            except DBAPIError as error:
                if isinstance(error.orig, psycopg2.errors.DeadlockDetected):
                    deadlocks += 1
                elif not isinstance(error.orig, psycopg2.errors.LockNotAvailable):
                    raise
    engine.dispose()
    return deadlocks


def state(connection: Connection) -> set[frozenset[tuple[str, str]]]:
    """The persons, by the records' own names."""
    return {
        frozenset((ref.source, ref.key) for ref in person) for person in scratch.stored(connection).persons
    }


@pytest.mark.process
@pytest.mark.parametrize("together", [1, 5])
def test_eight_processes_end_where_one_would(
    new_database: Callable[[], str], scale: Callable[[int, int], int], together: int
) -> None:
    """No record is lost, no deadlock occurs, and the persons are those of one writer and of scratch."""
    world = submissions(7, scale(120, 1200))
    serial, raced = new_database(), new_database()
    assert bring_in(serial, world, 1) == 0
    shuffled = random.Random(1).sample(world, len(world))
    shares = [(raced, shuffled[nth::PROCESSES], together) for nth in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        assert sum(pool.starmap(bring_in, shares)) == 0
    ended = []
    for url in (serial, raced):
        with Database(open_engine(url, pool_size=1)) as database, database.transaction() as connection:
            redo.drain(connection, context(), now=START)
            assert scratch.stored(connection) == scratch.expected(connection, context())
            ended.append(state(connection))
    assert ended[0] == ended[1]
    assert sum(map(len, ended[1])) == len(world)
    with Database(open_engine(raced, pool_size=1)) as database:
        positions: list[int] = []
        for _ in range(50):
            with database.transaction() as connection:
                read = changes.read(connection, after=positions[-1] if positions else 0, limit=1000)
            if not read:
                break
            positions += [change.position for change in read]
            time.sleep(0)
        assert positions == list(range(1, len(positions) + 1))


def test_a_record_is_deleted_that_another_writer_moves_meanwhile(database: Database) -> None:
    """It leaves the person that it belongs to when it goes, not the one of when its deletion began."""
    ctx = context()
    cards = [Claim("loyalty_card", f"97345{number}86", Assurance.VERIFIED) for number in range(2)]
    huber = {"given_name": "Anna", "family_name": "Huber"}
    for key, card in zip(("u1", "u2"), cards, strict=True):
        with database.transaction() as connection:
            records.put(connection, ctx, Submission("web", key, huber, [card]), now=START)
    with database.transaction() as deleting:
        stored = opening.open_many(deleting, ctx, [("web", "u2")]).found["web", "u2"]
        with database.transaction() as joining:
            records.put(joining, ctx, Submission("crm", "c1", huber, cards), now=START)
        records.take_away(deleting, ctx, [stored], now=START)
    with database.transaction() as connection:
        assert scratch.stored(connection) == scratch.expected(connection, ctx)
        assert state(connection) == {frozenset({("web", "u1"), ("crm", "c1")})}
        heir = connection.exec_driver_sql("select forward_no from identity.record where key = 'u2'")
        assert heir.scalar_one() == 1
