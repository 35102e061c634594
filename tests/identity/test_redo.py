"""What is put off is done later, once, and nothing is lost meanwhile."""

from typing import Any

import pytest

from identity import redo
from identity.model import Assurance, Canonical, Identifier, RecordKey
from identity.partition import settle, store_redo
from identity.partition.settle import Cause
from identity.partition.sight import Sight
from identity.register import writing
from identity.register.steps import Draft, Step
from identity.sealing.envelope import Content
from tests.identity import scratch
from tests.identity.desk import Desk

MAIL = {"email": "anna@example.at"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


BY_MAIL = Content(
    Canonical(given_name="anna", family_name="huber"),
    (Identifier("email", "anna@example.at", Assurance.VERIFIED),),
)


def put_off(desk: Desk, key: str, content: Content = BY_MAIL) -> int:
    """Writes a record whose place is too much work for now."""
    draft = Draft(None, RecordKey("crm", key), "store", content, desk.now)
    step = Step.of(desk.connection, draft, desk.ctx)
    ground = Sight(desk.connection, desk.ctx, dict.fromkeys(step.keys, 1))
    (number,) = writing._numbers(desk.connection, [step], ())
    written = writing._written(desk.ctx, ground, step, number, desk.now)
    statements, change = written
    writing._enter(desk.connection, ground, [step], statements, None, desk.now)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(settle, "INLINE_MAX", 0)
        _, is_settled = settle.settle(
            desk.connection, desk.ctx, Cause((change,)), now=desk.now, ground=ground
        )
    assert not is_settled
    return change.record_no


def test_a_record_that_was_put_off_stands_alone_until_it_is_settled(desk: Desk) -> None:
    """It has a profile of its own at once, and joins its person when the queue is worked on."""
    desk.put("web", "u1", MAIL, **ANNA)
    put_off(desk, "7")
    assert scratch.stored(desk.connection) != scratch.expected(desk.connection, desk.ctx)
    assert redo.pending(desk.connection) > 0
    assert redo.drain(desk.connection, desk.ctx, now=desk.now) > 0
    assert redo.pending(desk.connection) == 0
    assert scratch.stored(desk.connection) == scratch.expected(desk.connection, desk.ctx)


def test_a_value_that_a_record_made_generic_is_an_item_though_it_was_put_off(desk: Desk) -> None:
    """Whoever places it later sees no change of the value any more; it counts for the source, once."""
    for number, family in enumerate(("Huber", "Maier", "Novak")):
        desk.put("crm", str(number), {"loyalty_card": "9780000001"}, given_name="Anna", family_name=family)
    card = Identifier("loyalty_card", "9780000001", Assurance.VERIFIED)
    put_off(desk, "3", Content(Canonical(given_name="dora", family_name="pichler"), (card,)))
    redo.drain(desk.connection, desk.ctx, now=desk.now)
    assert scratch.stored(desk.connection) == scratch.expected(desk.connection, desk.ctx)
    assert len(scratch.stored(desk.connection).generic) == 1
    assert desk.connection.exec_driver_sql("select sum(generics) from identity.tally").scalar() == 1


def test_who_is_deleted_is_never_put_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that is gone belongs to nobody at once, however much there is to do around it."""
    for number in range(3):
        desk.put("crm", str(number), MAIL, **ANNA)
    monkeypatch.setattr(settle, "INLINE_MAX", 0)
    desk.delete("crm", "0")
    assert scratch.stored(desk.connection) == scratch.expected(desk.connection, desk.ctx)


def test_another_change_takes_a_record_that_was_put_off_along(desk: Desk) -> None:
    """Whoever comes next settles it as well; the queue then finds nothing left to do."""
    put_off(desk, "7")
    put_off(desk, "8")
    desk.put("web", "u1", MAIL, **ANNA)
    assert scratch.stored(desk.connection) == scratch.expected(desk.connection, desk.ctx)
    redo.drain(desk.connection, desk.ctx, now=desk.now)
    assert scratch.stored(desk.connection) == scratch.expected(desk.connection, desk.ctx)


def test_doing_it_twice_changes_nothing(desk: Desk) -> None:
    """Settling what is settled writes no change."""
    record = desk.put("web", "u1", MAIL, **ANNA)
    before = desk.connection.exec_driver_sql("select count(*) from identity.change").scalar()
    for _ in range(2):
        store_redo.put_off(desk.connection, [record.record_no], reason="test", now=desk.now)
    assert redo.drain(desk.connection, desk.ctx, now=desk.now) == 2
    assert desk.connection.exec_driver_sql("select count(*) from identity.change").scalar() == before
    assert not redo.step(desk.connection, desk.ctx, now=desk.now)


def test_a_record_that_is_gone_needs_no_work(desk: Desk) -> None:
    """An item about a record that was deleted meanwhile is done with."""
    record = desk.put("web", "u1", MAIL, **ANNA)
    store_redo.put_off(desk.connection, [record.record_no], reason="test", now=desk.now)
    desk.delete("web", "u1")
    assert redo.step(desk.connection, desk.ctx, now=desk.now)
    assert redo.pending(desk.connection) == 0
