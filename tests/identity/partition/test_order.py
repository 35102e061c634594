"""Whatever the order of arrival, the partition is the one from scratch, and the same."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from identity import redo
from identity.context import Context
from identity.errors import ErasedError
from identity.reading import profiles
from identity.scoring import shipped
from identity.scoring.weigh import DeterministicModel, Model
from identity.sealing.vault import Vault
from tests.identity import histories, scratch
from tests.identity.conftest import new_ids
from tests.identity.histories import START, World
from tests.identity.worlds import ToyModel, tight_policy

SHARES = 4
"""The worlds are dealt out to so many tests, which may run side by side."""


def play(connection: Connection, ctx: Context, world: World) -> None:
    """Lets a world happen, and everything that was put off be done."""
    for phase in world.phases:
        for operation in phase:
            histories.run(connection, ctx, operation)
        redo.drain(connection, ctx, now=START)


def told(connection: Connection, ctx: Context) -> Any:
    """Persons and profiles in words that do not depend on the order of arrival.

    A browser's records are told apart by the account that bounds them, not by which came first.
    """
    names = scratch.names(connection, ctx)
    state = scratch.stored(connection)
    return (
        {frozenset(names[ref] for ref in person) for person in state.persons},
        {(frozenset(names[ref] for ref in part[0]), part[2], part[3]) for part in state.profiles},
    )


MODELS = {"deterministic": DeterministicModel(), "toy": ToyModel(), "shipped": shipped.default()}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("share", range(SHARES))
def test_no_order_of_arrival_matters(
    connection: Connection, vault: Vault, scale: Callable[[int, int], int], model: Model, share: int
) -> None:
    """Every order gives the partition from scratch, and all the same persons and profiles; no id dangles."""
    policy = tight_policy()
    for seed in range(share, scale(SHARES, 200), SHARES):
        chance = random.Random(f"order {seed}")
        world = histories.random_world(chance, people=chance.choice((3, 5, 8)), steps=36)
        first = None
        for order in range(scale(3, 20)):
            ctx = Context(policy, model, vault, new_ids())
            savepoint = connection.begin_nested()
            play(connection, ctx, world if order == 0 else world.shuffled(chance))
            assert scratch.stored(connection) == scratch.expected(connection, ctx), f"{seed}/{order}"
            assert no_id_dangles(connection, ctx)
            now_told = told(connection, ctx)
            first = first or now_told
            assert now_told == first, f"{seed}/{order}"
            savepoint.rollback()


def no_id_dangles(connection: Connection, ctx: Context) -> bool:
    """Every id ever given out answers with a profile that has it, or says that she is gone."""
    rows = connection.exec_driver_sql("select id, record_no, sealed is not null from identity.record")
    for record, number, is_live in rows.all():
        try:
            view = profiles.view(connection, ctx, record)
        except ErasedError:
            if is_live:
                return False
            continue
        if number not in (view.members if is_live else view.limit_members):
            return False
    return True
