"""A paused source gains no links, loses none, and catches up when it is resumed."""

from dataclasses import replace
from typing import Any

import pytest

from identity import redo
from identity.breaker import watching
from identity.errors import UnknownSourceError
from tests.identity import scratch
from tests.identity.desk import Desk

MAIL = {"email": "anna@example.at"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


@pytest.fixture
def quick(desk: Desk) -> Desk:
    """A desk whose policy looks at ten records at a time."""
    rule = replace(desk.ctx.policy.breaker, window_records=10, baseline_records=20)
    desk.ctx = replace(desk.ctx, policy=replace(desk.ctx.policy, breaker=rule))
    return desk


def flood(desk: Desk, start: int, count: int, mail: str | None) -> None:
    """A source sends so many records, each with its own address or all with one."""
    for number in range(start, start + count):
        address = mail or f"p{number}@example.at"
        desk.put("crm", str(number), {"email": address}, **ANNA)


def paused(desk: Desk) -> dict[str, int]:
    """The paused sources, with how many records wait."""
    found = watching.sources(desk.connection, desk.ctx)
    return {each.source: each.held for each in found if each.paused_at is not None}


def test_a_source_that_joins_too_much_is_paused(quick: Desk) -> None:
    """Until somebody resumes it, its records are stored and join nobody; then they do."""
    flood(quick, 0, 40, None)
    assert watching.watch(quick.connection, quick.ctx, now=quick.now) == 0
    flood(quick, 100, 12, "shop@example.at")
    assert watching.watch(quick.connection, quick.ctx, now=quick.now) == 1
    assert paused(quick) == {"crm": 0}
    late = quick.put("crm", "200", {"email": "shop@example.at"}, **ANNA)
    assert (late.outcome, late.links) == ("new", ())
    other = quick.put("web", "u1", {"email": "shop@example.at"}, **ANNA)
    assert quick.view(late.record).limit_members == (late.record_no,)
    assert late.record_no not in quick.view(other.record).limit_members
    assert paused(quick) == {"crm": 1}
    watching.resume(quick.connection, quick.ctx, "crm", now=quick.now)
    redo.drain(quick.connection, quick.ctx, now=quick.now)
    assert paused(quick) == {}
    assert late.record_no in quick.view(other.record).limit_members
    assert scratch.stored(quick.connection) == scratch.expected(quick.connection, quick.ctx)


def test_a_pause_takes_nothing_apart(desk: Desk) -> None:
    """A record that was joined stays so when it is sent again, and gains nothing by it."""
    card = desk.put("crm", "1", MAIL, **ANNA)
    desk.put("web", "u1", MAIL, **ANNA)
    third = desk.put("web", "u2", {"email": "b@example.at"}, **ANNA)
    watching.pause(desk.connection, desk.ctx, "crm", reason="looks odd", author="s", now=desk.now)
    desk.put("crm", "1", {"email": ["anna@example.at", "b@example.at"]}, **ANNA)
    assert len(desk.view(card.record).limit_members) == 2
    assert third.record_no not in desk.view(card.record).limit_members
    desk.put("crm", "1", {"email": "b@example.at"}, **ANNA)
    assert desk.view(card.record).limit_members == (card.record_no,)
    watching.resume(desk.connection, desk.ctx, "crm", now=desk.now)
    redo.drain(desk.connection, desk.ctx, now=desk.now)
    assert third.record_no in desk.view(card.record).limit_members
    assert scratch.stored(desk.connection) == scratch.expected(desk.connection, desk.ctx)


def test_pausing_twice_keeps_the_first_reason(desk: Desk) -> None:
    """An unknown source cannot be paused; a paused one stays so for its first reason."""
    for reason in ("first", "second"):
        watching.pause(desk.connection, desk.ctx, "crm", reason=reason, author="s", now=desk.now)
    (found,) = [each for each in watching.sources(desk.connection, desk.ctx) if each.paused_at]
    assert (found.source, found.reason) == ("crm", "first")
    with pytest.raises(UnknownSourceError):
        watching.pause(desk.connection, desk.ctx, "nobody", reason="", author="s", now=desk.now)
