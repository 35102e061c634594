"""The log behind the answers: bounded, soon written, replayable, and what transactions are pinned to."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection, text
from uuid_utils.compat import uuid7

from gateway.database import Database
from offers.decisions import decision_days, store_decisions
from offers.decisions.decision_log import DecisionLog
from offers.decisions.decision_record import DecisionRecord
from offers.errors import StaleRevisionError
from offers.evaluation.evaluate import evaluate
from offers.redemptions.redemption import Refused
from tests.offers.floor import NOW, Till, campaign, context, furnish, key, shopper


@pytest.fixture
def shop(database: Database) -> Database:
    """A committed shop floor with one campaign."""
    with database.transaction() as connection:
        furnish(connection)
        campaign(connection)
    return database


def _count(database: Database) -> int:
    with database.transaction() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM offers.decision")).scalar_one()
        return found


def test_a_quote_is_written_soon_after_its_answer(shop: Database) -> None:
    """The query itself writes nothing; the row follows with its inputs."""
    ctx = context(shop.transaction)
    with shop.transaction() as connection:
        quoted = Till(connection, ctx).answer(who=shopper(5), record_no=5)
    assert ctx.log.flush()
    with shop.transaction() as connection:
        record = store_decisions.read(connection, quoted.id)
    assert record is not None
    assert (record.answer, record.record_no) == (quoted.decision, 5)
    ctx.log.close()


def test_what_comes_later_is_not_waited_for(shop: Database) -> None:
    """A till that asks without end does not keep whoever waits for what was asked before."""
    ctx = context(shop.transaction)
    with shop.transaction() as connection:
        quoted = Till(connection, ctx).answer()
    record = ctx.log.waiting(quoted.id)
    assert record is not None
    ctx.log.close()

    @contextmanager
    def while_tills_ask() -> Iterator[Connection]:
        log.add(replace(record, id=uuid7()))
        time.sleep(0.01)
        with shop.transaction() as connection:
            yield connection

    log = DecisionLog(while_tills_ask)
    log.add(record)
    assert log.flush(timeout_s=2)
    log.close()


def test_a_logged_decision_can_be_made_again_byte_for_byte(shop: Database) -> None:
    """Inputs read back from the log give the same answer from the same catalogue."""
    ctx = context(shop.transaction)
    with shop.transaction() as connection:
        quoted = Till(connection, ctx).answer(who=shopper(5))
        assert ctx.log.flush()
        record = store_decisions.read(connection, quoted.id)
        assert record is not None
        inputs = record.inputs
        again = evaluate(
            ctx.snapshots.catalogue(connection).catalogue,
            inputs.query,
            inputs.shopper,
            inputs.known,
            policy=inputs.policy,
            seed=inputs.seed,
        )
    assert msgspec.json.encode(again) == msgspec.json.encode(quoted.decision)
    ctx.log.close()


def test_a_full_buffer_loses_and_counts(till: Till) -> None:
    """A database that stands still costs log rows, never memory or answers."""

    def stuck() -> AbstractContextManager[Connection]:
        time.sleep(0.2)
        raise ConnectionError("no database")

    log = DecisionLog(stuck, most_buffered=3)
    campaign(till.connection)
    for record in [_record(till) for _ in range(5)]:
        log.add(record)
    assert log.lost == 2
    log.close()
    assert (log.written, log.lost) == (0, 5)


def _record(till: Till) -> DecisionRecord:
    quoted = till.answer()
    found = till.ctx.log.waiting(quoted.id)
    assert found is not None
    return found


def test_closing_writes_what_is_buffered(shop: Database) -> None:
    """A worker that stops in good order loses nothing."""
    ctx = context(shop.transaction)
    with shop.transaction() as connection:
        for _ in range(7):
            Till(connection, ctx).answer()
    ctx.log.close()
    assert (ctx.log.written, ctx.log.lost, _count(shop)) == (7, 0, 7)


def test_a_forked_worker_starts_with_an_empty_log(shop: Database) -> None:
    """What the parent buffered is the parent's to write: no row twice."""
    ctx = context(shop.transaction)
    with shop.transaction() as connection:
        Till(connection, ctx).answer()
    child = os.fork()
    if child == 0:
        os._exit(0 if ctx.log.flush(timeout_s=0) and ctx.log._thread is None else 1)
    assert os.waitpid(child, 0)[1] == 0
    ctx.log.close()
    assert _count(shop) == 1


def test_prices_hold_at_the_instant_a_transaction_began_with(shop: Database) -> None:
    """Asked again minutes later, in another process, the price time is the first query's."""
    number = key()
    here, there = context(shop.transaction), context(shop.transaction)
    with shop.transaction() as connection:
        Till(connection, here).answer(number, revision=1, now=NOW)
        at_once = Till(connection, here).answer(number, revision=2, now=NOW + timedelta(minutes=1))
        waiting = here.log.waiting(at_once.id)
        assert waiting is None or waiting.inputs.query.price_time == NOW
    here.log.close()
    with shop.transaction() as connection:
        later = Till(connection, there).answer(number, revision=3, now=NOW + timedelta(minutes=2))
        assert later.decision.valid_until <= NOW + timedelta(minutes=15)
        stale = Till(connection, there).ask(number, revision=1)
        assert isinstance(stale, Refused)
        assert isinstance(stale.error, StaleRevisionError)
    there.log.close()


def test_days_are_made_ahead_and_old_ones_dropped(connection: Connection) -> None:
    """Old decisions are dropped with their day, never deleted row by row."""
    decision_days.keep(connection, now=NOW)
    made = store_decisions.days(connection)
    assert made == [date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)]
    assert decision_days.keep(connection, now=NOW) == 0
    decision_days.keep(connection, now=NOW + timedelta(days=40))
    assert min(store_decisions.days(connection)) == date(2027, 1, 1)


def test_a_reserved_decision_is_there_when_its_transaction_is(till: Till) -> None:
    """A reserve does not trust the buffer."""
    campaign(till.connection)
    answer = till.answer(mode="reserve")
    assert store_decisions.read(till.connection, answer.id) is not None


def test_erased_inputs_cannot_be_replayed(till: Till) -> None:
    """Erasing a person takes what their decisions were made from; the answer's figures stay."""
    campaign(till.connection)
    answer = till.answer(mode="reserve", who=shopper(5), record_no=5)
    assert store_decisions.erase_inputs(till.connection, [5]) == 1
    assert store_decisions.read(till.connection, answer.id) is None


def test_an_unknown_decision_is_none(connection: Connection) -> None:
    """Lost or never made."""
    assert store_decisions.read(connection, UUID("01938a3e-0000-7000-8000-000000000001")) is None
