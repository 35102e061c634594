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


def test_nothing_appears_before_what_was_read(database: Database, ctx: Context, now: dt.datetime) -> None:
    """A change of an earlier transaction that is still running holds later ones back: none is missed."""
    with database.engine.connect() as slow, slow.begin() as running:
        records.put(slow, ctx, _submission("slow"), now=now)
        with database.transaction() as quick:
            second = records.put(quick, ctx, _submission("quick"), now=now)
        with database.transaction() as reader:
            assert changes.read(reader) == ()
        running.commit()
    with database.transaction() as reader:
        found = changes.read(reader)
    assert [change.position for change in found] == [1, 2]
    assert found[-1].profile == second.profile


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


def test_what_came_with_a_backup_of_another_server_is_numbered(
    database: Database, ctx: Context, now: dt.datetime
) -> None:
    """Its transactions may have numbers that this server has yet to reach; they come before what is new."""
    with database.transaction() as writer:
        restored = records.put(writer, ctx, _submission("u1"), now=now)
        writer.exec_driver_sql("update identity.change set xid = (xid::text::int8 + 1000000000)::text::xid8")
    with database.transaction() as writer:
        fresh = records.put(writer, ctx, _submission("u2"), now=now)
    with database.transaction() as reader:
        found = changes.read(reader)
    assert [(change.position, change.profile) for change in found] == [
        (1, restored.profile),
        (2, fresh.profile),
    ]


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
