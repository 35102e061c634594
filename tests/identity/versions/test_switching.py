"""Switching models ends where the new model would have ended alone, and going back where the old one was."""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from identity import redo
from identity.breaker import watching
from identity.context import Context
from identity.errors import ModelError
from identity.policy import Policy
from identity.scoring import active, store_versions
from identity.scoring.registry import Models
from identity.scoring.weigh import UNITS_PER_BIT, Model
from identity.sealing.vault import Vault
from identity.versions import switching
from tests.identity import histories, scratch
from tests.identity.conftest import new_ids
from tests.identity.desk import Desk
from tests.identity.histories import START
from tests.identity.worlds import ToyModel, tight_policy

LAX: Mapping[str, Any] = {"version": "lax", "join": 2, "review": 0}
STRICT: Mapping[str, Any] = {"version": "strict", "join": 5, "review": 4}


def parsed(document: Mapping[str, Any]) -> Model:
    """A toy with the lines that a document names; the strict one knows fewer keys."""
    toy = StrictToy if document["version"] == "strict" else ToyModel
    join, review = (document[line] * UNITS_PER_BIT for line in ("join", "review"))
    return toy(document["version"], join, review)


class StrictToy(ToyModel):
    """Looks for others only under the city with the postcode."""

    def blocking(self, record: Any) -> tuple[str, ...]:
        """The finer key alone."""
        return super().blocking(record)[1:]


@pytest.fixture
def ctx(vault: Vault) -> Context:
    """A context that starts with the middling toy."""
    return Context(tight_policy(), ToyModel(), vault, new_ids(), Models(parsed))


def is_settled(connection: Connection, ctx: Context) -> bool:
    """Whether the partition is the active model's."""
    return scratch.stored(connection) == scratch.expected(connection, active.bound(connection, ctx))


def drain(connection: Connection, ctx: Context) -> None:
    """Does everything that was put off."""
    while redo.step(connection, ctx, now=START):
        pass


def test_a_switch_ends_where_the_new_model_would(
    connection: Connection, ctx: Context, scale: Callable[[int, int], int]
) -> None:
    """Whatever is written while everything is weighed again, and whatever was before."""
    for seed in range(scale(3, 60)):
        savepoint = connection.begin_nested()
        chance = random.Random(f"switch {seed}")
        world = histories.random_world(chance, people=5, steps=30)
        for document in (LAX, STRICT):
            switching.add(connection, ctx, document, now=START)
        for number, phase in enumerate(world.phases):
            for operation in phase:
                histories.run(connection, ctx, operation)
                if chance.random() < 0.3:
                    redo.step(connection, ctx, now=START)
            if number in (0, 2):
                switching.activate(connection, ("lax", "strict")[number // 2], author="test", now=START)
        drain(connection, ctx)
        assert active.bound(connection, ctx).model.version == "strict"
        assert is_settled(connection, ctx), seed
        switching.back(connection, author="test", now=START)
        drain(connection, ctx)
        assert active.bound(connection, ctx).model.version == "lax"
        assert is_settled(connection, ctx), seed
        savepoint.rollback()


def test_switching_to_and_fro_ends_where_the_last_model_would(
    connection: Connection, ctx: Context, scale: Callable[[int, int], int]
) -> None:
    """Also where a model comes back before everything was weighed again with the one between."""
    for seed in range(scale(12, 200)):
        savepoint = connection.begin_nested()
        chance = random.Random(f"fro and to {seed}")
        for document in (LAX, STRICT):
            switching.add(connection, ctx, document, now=START)
        for phase in histories.random_world(chance, people=5, steps=40).phases:
            for operation in phase:
                histories.run(connection, ctx, operation)
                if chance.random() < 0.2:
                    redo.step(connection, ctx, now=START)
                if chance.random() < 0.15:
                    version = chance.choice(("lax", "strict"))
                    switching.activate(connection, version, author="test", now=START)
        drain(connection, ctx)
        assert is_settled(connection, ctx), seed
        savepoint.rollback()


def test_a_walk_goes_on_where_it_was(connection: Connection, ctx: Context) -> None:
    """No step looks again at the records that those before it went by."""
    desk = Desk(connection, ctx, START)
    switching.add(connection, ctx, LAX, now=START)
    for number in range(4):
        desk.put("web", f"u{number}", city="Wien", date_of_birth=f"198{number}-01-01")
    switching.activate(connection, "lax", author="test", now=START)
    reached: list[str] = []
    while redo.step(connection, ctx, now=START):
        walks = connection.exec_driver_sql("select subject from identity.redo where kind = 'model'")
        reached += walks.scalars().all()
    numbers = connection.exec_driver_sql("select record_no from identity.record order by record_no")
    assert reached == numbers.scalars().all()


def test_another_policy_is_applied_to_all_that_is_stored(connection: Connection, ctx: Context) -> None:
    """Three may show an address that two could not; going back parts them again."""
    strict = replace(ctx, policy=_policy("strict", cap=2))
    lax = replace(ctx, policy=_policy("lax", cap=3))
    desk = Desk(connection, strict, START)
    for number in range(3):
        desk.put("web", f"u{number}", {"email": "anna@example.at"}, family_name="Huber")
    for there, persons in ((lax, 1), (strict, 3)):
        assert switching.apply_policy(connection, there, now=START) == 3
        drain(connection, there)
        assert switching.apply_policy(connection, there, now=START) == 0
        assert is_settled(connection, there)
        assert len(scratch.stored(connection).persons) == persons


def test_a_policy_is_told_by_what_it_says(connection: Connection, ctx: Context) -> None:
    """Somebody changed a limit and forgot the version: what is stored is placed again all the same."""
    strict = replace(ctx, policy=_policy("1", cap=2))
    lax = replace(ctx, policy=_policy("1", cap=3))
    desk = Desk(connection, strict, START)
    for number in range(3):
        desk.put("web", f"u{number}", {"email": "anna@example.at"}, family_name="Huber")
    assert switching.apply_policy(connection, strict, now=START) == 0
    assert switching.apply_policy(connection, lax, now=START) == 3
    drain(connection, lax)
    assert len(scratch.stored(connection).persons) == 1


def test_who_is_held_meanwhile_stays_held(
    connection: Connection, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her source was paused, and sent her again, between being found and being opened."""
    desk = Desk(connection, ctx, START)
    desk.put("web", "u1", {"loyalty_card": "9734586"}, family_name="Huber")
    record = desk.put("crm", "1", family_name="Huber").record
    watching.pause(connection, ctx, "crm", reason="", author="test", now=START)
    desk.put("crm", "1", {"loyalty_card": "9734586"}, family_name="Huber")
    number = connection.execute(
        sa.text("select record_no from identity.record where id = :id"), {"id": record}
    ).scalar_one()
    found = [[(number, "crm", "1")], []]
    monkeypatch.setattr(store_versions, "next_piece", lambda *_: found.pop(0))
    store_versions.place_again(connection, now=START)
    drain(connection, ctx)
    assert len(scratch.stored(connection).persons) == 2
    watching.resume(connection, ctx, "crm", now=START)
    drain(connection, ctx)
    assert len(scratch.stored(connection).persons) == 1


def _policy(version: str, *, cap: int) -> Policy:
    return replace(tight_policy(cap=cap), version=version)


def test_a_version_is_one_model(connection: Connection, ctx: Context) -> None:
    """The same again is the same; another one needs a name of its own; unknown ones cannot be activated."""
    number = switching.add(connection, ctx, LAX, now=START)
    assert switching.add(connection, ctx, LAX, now=START) == number
    with pytest.raises(ModelError):
        switching.add(connection, ctx, {**LAX, "join": 3}, now=START)
    with pytest.raises(ModelError):
        switching.activate(connection, "unheard", author="test", now=START)
    with pytest.raises(ModelError):
        switching.back(connection, author="test", now=START)


def test_what_ships_is_active_until_somebody_chooses(connection: Connection, ctx: Context) -> None:
    """Starting again, also with a newer release, changes no choice."""
    switching.start(connection, ctx, STRICT, now=START)
    assert active.bound(connection, ctx).model.version == "strict"
    switching.start(connection, ctx, LAX, now=START + dt.timedelta(days=1))
    assert active.bound(connection, ctx).model.version == "strict"
    assert [each.version for each in switching.versions(connection)] == ["lax", "strict"]
    assert switching.activate(connection, "lax", author="test", now=START)
    assert not switching.activate(connection, "lax", author="test", now=START)
