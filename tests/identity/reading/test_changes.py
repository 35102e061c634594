"""The change feed under transactions that end in another order than they began."""

import datetime as dt

from gateway.database import Database
from identity.context import Context
from identity.model import Assurance
from identity.reading import changes
from identity.register import records
from identity.submission import Claim, Statement, Submission


def _submission(key: str, *, joining: bool = False) -> Submission:
    email = Claim("email", "anna@example.at", Assurance.VERIFIED)
    at = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    words = [Statement("cross_channel", granted=True, at=at)] if joining else []
    return Submission("web", key, {}, [email] if joining else [], words, proof=Assurance.VERIFIED)


def test_who_ends_late_is_told_late(database: Database, ctx: Context, now: dt.datetime) -> None:
    """A transaction that is still running holds nobody back, and is not missed when it ends."""
    with database.engine.connect() as slow, slow.begin() as running:
        first = records.put(slow, ctx, _submission("slow"), now=now)
        with database.transaction() as quick:
            second = records.put(quick, ctx, _submission("quick"), now=now)
        with database.transaction() as reader:
            found = changes.read(reader)
            assert [(change.position, change.profile) for change in found] == [(1, second.profile)]
        running.commit()
    with database.transaction() as reader:
        found = changes.read(reader, after=1)
    assert [(change.position, change.profile) for change in found] == [(2, first.profile)]


def test_who_waited_is_told_after(database: Database, ctx: Context, now: dt.datetime) -> None:
    """Also where it began before the other one: what became of a profile is told as it came about."""
    with database.engine.connect() as waiting, waiting.begin() as running:
        waiting.exec_driver_sql("select pg_current_xact_id()")
        with database.transaction() as earlier:
            first = records.put(earlier, ctx, _submission("u1", joining=True), now=now)
        second = records.put(waiting, ctx, _submission("u2", joining=True), now=now)
        running.commit()
    with database.transaction() as reader:
        found = changes.read(reader)
    assert [change.kind for change in found] == ["new", "joined"]
    assert found[1].body["records"] == [str(first.record), str(second.record)]


def test_positions_are_gapless_over_many_readers(database: Database, ctx: Context, now: dt.datetime) -> None:
    """Reading page by page gives each change once; numbering again gives nothing another position."""
    for number in range(7):
        with database.transaction() as writer:
            records.put(writer, ctx, _submission(f"u{number}"), now=now)
    seen: list[int] = []
    while True:
        with database.transaction() as reader:
            found = changes.read(reader, after=seen[-1] if seen else 0, limit=3)
        if not found:
            break
        seen += [change.position for change in found]
    assert seen == list(range(1, 8))


def test_only_one_numbers_at_a_time(database: Database, ctx: Context, now: dt.datetime) -> None:
    """While somebody numbers, others do not wait: they read what is numbered so far."""
    with database.transaction() as writer:
        records.put(writer, ctx, _submission("u1"), now=now)
    with database.engine.connect() as first, first.begin():
        assert changes.number(first) == 1
        with database.transaction() as other:
            assert changes.number(other) == 0


def test_whose_a_record_was_has_an_answer(database: Database, ctx: Context, now: dt.datetime) -> None:
    """The membership history tells the profile of a record before and after a join."""
    with database.transaction() as writer:
        first = records.put(writer, ctx, _submission("u1", joining=True), now=now)
        second = records.put(writer, ctx, _submission("u2"), now=now)
        joined = records.put(writer, ctx, _submission("u2", joining=True), now=now + dt.timedelta(hours=1))
        assert joined.profile == first.profile
        assert changes.owner_at(writer, second.record, now) == second.record
        assert changes.owner_at(writer, second.record, now + dt.timedelta(hours=2)) == first.record
        assert changes.owner_at(writer, second.record, now - dt.timedelta(hours=2)) is None


def test_whose_it_is_is_what_came_last(database: Database, ctx: Context, now: dt.datetime) -> None:
    """Also where a writer that came first by its clock had to wait for another."""
    with database.transaction() as writer:
        first = records.put(writer, ctx, _submission("u1", joining=True), now=now)
        second = records.put(writer, ctx, _submission("u2", joining=True), now=now + dt.timedelta(seconds=1))
        parted = records.put(writer, ctx, _submission("u2"), now=now)
        assert parted.profile != first.profile
        assert changes.owner_at(writer, second.record, now + dt.timedelta(hours=1)) == parted.profile
