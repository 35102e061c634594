"""Many processes that bring in one world at a time end where one process would."""

import datetime as dt
import multiprocessing
import random
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import psycopg2
import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from gateway.database import Database, open_engine
from identity import redo
from identity.context import Context
from identity.events import history
from identity.model import Assurance, Record
from identity.partition import settle, store_graph, store_reviews
from identity.partition.store_graph import Held
from identity.partition.store_places import Surroundings
from identity.reading import changes
from identity.register import opening, records
from identity.scoring.weigh import DeterministicModel
from identity.sealing.vault import Vault, open_vault
from identity.submission import Claim, Happening, Statement, Submission
from identity.versions import switching
from tests.identity import scratch
from tests.identity.histories import START
from tests.identity.worlds import ToyModel, tight_policy

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


class Apart(ToyModel):
    """The toy with the postcode as a key of its own."""

    def blocking(self, record: Record) -> tuple[str, ...]:
        """The city, and the postcode."""
        said = record.attributes
        return tuple(part for part in (said.city, said.postcode) if part is not None)


def test_two_keys_fade_at_once(database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two meet by the city, which is crowded, and by their postcode. The city says nothing any more and the
    postcode becomes crowded at the same moment: each of the two who bring that about still sees the other key
    as it was, and yet they come apart.
    """
    ctx = Context(tight_policy(), Apart(), vault, uuid7)

    def put(key: str, city: str, postcode: str | None, day: int) -> None:
        said = {"family_name": f"Huber{key}", "date_of_birth": f"1980-01-{day:02}", "city": city}
        said |= {"postcode": postcode} if postcode else {}
        with database.transaction() as connection:
            records.put(connection, ctx, Submission("web", key, said), now=START)

    for number, (city, postcode, day) in enumerate(
        [("Wien", "1010", 1), ("Wien", "1010", 1), ("Graz", "1010", 2)]
        + [("Wien", None, day) for day in range(3, 7)]
    ):
        put(f"u{number}", city, postcode, day)
    both = threading.Barrier(2)
    settled = settle.settle

    def side_by_side(*given: Any, **named: Any) -> Any:
        both.wait(timeout=20)
        found = settled(*given, **named)
        both.wait(timeout=20)
        return found

    with database.transaction() as connection:
        assert frozenset({("web", "u0"), ("web", "u1")}) in state(connection)
    monkeypatch.setattr(settle, "settle", side_by_side)
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(put, "x", "Wien", None, 7), pool.submit(put, "y", "Graz", "1010", 8)]:
            done.result()
    monkeypatch.undo()
    with database.transaction() as connection:
        redo.drain(connection, ctx, now=START)
        assert scratch.stored(connection) == scratch.expected(connection, ctx)
        assert frozenset({("web", "u0")}) in state(connection)


def test_who_is_moved_while_another_waits_for_her_piece_is_told_and_not_read(
    database: Database, vault: Vault
) -> None:
    """Her new piece may be changed by whoever holds it: what is read of it now may not fit together."""
    ctx = Context(tight_policy(), ToyModel(), vault, uuid7)
    with database.transaction() as connection:
        for number in range(2):
            submission = Submission("crm", str(number), {"family_name": f"Huber{number}"})
            records.put(connection, ctx, submission, now=START)
        there = connection.exec_driver_sql("select record_no, piece_no from identity.member order by 1").all()
        (moving, piece), (_, other_piece) = there
    with ThreadPoolExecutor() as pool:

        def hold() -> Held:
            with database.transaction() as connection:
                return store_graph.hold(connection, (), {moving})

        with database.transaction() as connection:
            store_graph.hold(connection, (), {moving})
            waiting = pool.submit(hold)
            assert not wait([waiting], timeout=0.2).done
            connection.exec_driver_sql(
                f"update identity.member set piece_no = {other_piece} where record_no = {moving}"
            )
        held = waiting.result()
    assert (held.labels, held.moved, held.rows, held.spots) == (
        frozenset({piece}),
        frozenset({other_piece}),
        [],
        {},
    )


def test_a_value_becomes_generic_while_another_policy_is_applied(
    database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever notes its values anew has seen them before the last name came, and must not close its item."""
    policy = tight_policy(cap=3)
    ctx = Context(replace(policy, version="another"), ToyModel(), vault, uuid7)

    def put(number: int, ctx: Context) -> None:
        card = Claim("loyalty_card", "9734586", Assurance.VERIFIED)
        submission = Submission("crm", str(number), {"family_name": f"Huber{number}"}, [card])
        with database.transaction() as connection:
            records.put(connection, ctx, submission, now=START)

    for number in range(3):
        put(number, replace(ctx, policy=policy))
    close = store_reviews.close_keys
    others_keep_moving_it = Held(frozenset(), frozenset(), {}, [], Surroundings.of(None, None, None))

    def meanwhile(connection: Connection, digests: Collection[int], *, now: dt.datetime) -> None:
        if digests and not writing:
            with monkeypatch.context() as patch:
                patch.setattr(store_graph, "hold", lambda *_: others_keep_moving_it)
                patch.setattr(store_graph, "give_pieces_back", lambda _: None)
                writing.append(pool.submit(put, 3, ctx))
                wait(writing, timeout=1)
        close(connection, digests, now=now)

    with ThreadPoolExecutor() as pool:
        writing: list[Future[None]] = []
        monkeypatch.setattr(store_reviews, "close_keys", meanwhile)
        with database.transaction() as connection:
            switching.apply_policy(connection, ctx, now=START)
        with database.transaction() as connection:
            redo.step(connection, ctx, now=START)
        (written,) = writing
        written.result()
    with database.transaction() as connection:
        redo.drain(connection, ctx, now=START)
        assert scratch.stored(connection) == scratch.expected(connection, ctx)
        assert len(scratch.stored(connection).generic) == 1


def put_account(connection: Connection, ctx: Context) -> None:
    """An account is there."""
    account = Claim("account_id", "anna", Assurance.VERIFIED)
    records.put(connection, ctx, Submission("web", "anna", {}, [account]), now=START)


def happen(connection: Connection, ctx: Context, kind: str, *account: Claim) -> None:
    """Something happens in a browser."""
    claims = [Claim("anonymous_id", "browser", Assurance.ASSERTED), *account]
    proof = Assurance.AUTHENTICATED if account else Assurance.ASSERTED
    happening = Happening(kind, "online", "web", START, claims, message_id=kind, proof=proof)
    history.append(connection, ctx, [happening], now=START)


def browse(connection: Connection, ctx: Context) -> None:
    """A page is seen in a browser that is known by a sign-in."""
    happen(connection, ctx, "page")


@pytest.mark.parametrize("turned", [False, True])
def test_an_account_comes_back_while_its_browser_is_used(database: Database, *, turned: bool) -> None:
    """Whoever comes later waits, and finds the other: browsing and account are one shopper."""
    ctx = context()
    first, second = (browse, put_account) if turned else (put_account, browse)
    with database.transaction() as connection:
        happen(connection, ctx, "sign_in", Claim("account_id", "anna", Assurance.AUTHENTICATED))
        records.delete(connection, ctx, "web", "anna", now=START)

    def come_later() -> None:
        with database.transaction() as connection:
            second(connection, ctx)

    with ThreadPoolExecutor() as pool:
        with database.transaction() as connection:
            first(connection, ctx)
            later = pool.submit(come_later)
            wait([later], timeout=1)
        later.result()
    with database.transaction() as connection:
        assert scratch.stored(connection) == scratch.expected(connection, ctx)
        assert len(state(connection)) == 1
