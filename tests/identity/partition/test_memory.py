"""Kept links are the links that would be found."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.engine import Connection

from identity import redo
from identity.context import Context
from identity.partition import memory
from identity.partition.sight import Sight
from identity.partition.view import View
from identity.scoring import shipped
from identity.scoring.weigh import Model
from identity.sealing.vault import Vault
from tests.identity import histories, scratch
from tests.identity.conftest import new_ids
from tests.identity.desk import Desk
from tests.identity.histories import START
from tests.identity.worlds import ToyModel, tight_policy

MODELS = {"toy": ToyModel(), "shipped": shipped.default()}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_what_is_kept_is_what_would_be_found(
    connection: Connection, vault: Vault, scale: Callable[[int, int], int], model: Model
) -> None:
    """After every operation of random histories, whatever changed, died, came to life or was judged."""
    met = 0
    for seed in range(scale(3, 60)):
        ctx = Context(tight_policy(), model, vault, new_ids())
        savepoint = connection.begin_nested()
        world = histories.random_world(random.Random(f"memory {seed}"), people=5, steps=30)
        for operation in (operation for phase in world.phases for operation in phase):
            histories.run(connection, ctx, operation)
            redo.drain(connection, ctx, now=START)
            met += compared(connection, ctx)
        savepoint.rollback()
    assert met > 0


def compared(connection: Connection, ctx: Context) -> int:
    """Compares what all records keep with what is found anew; how many links that were."""
    sight = Sight(connection, ctx)
    sight.read_records(scratch.live_numbers(connection))
    keeping = {ref: kept for ref in sight.rows if (kept := sight.kept(ref)) is not None}
    assert keeping.keys() == {ref for ref, row in sight.rows.items() if row.level == 0}
    anew = View(sight, {}, None)
    found = {link for link in anew.around(keeping.keys()) if {link.left, link.right} <= keeping.keys()}
    assert set(memory.links(keeping, sight.ref_of, ctx.policy)) == found
    assert all(kept.mute == set(anew.mute(ref)) for ref, kept in keeping.items())
    return len(found)


def test_links_of_other_rules_are_forgotten(desk: Desk) -> None:
    """What was kept under another policy is found again, not believed."""
    desk.put("web", "u1", {"email": "anna@example.at"}, given_name="Anna", family_name="Huber")
    desk.put("crm", "c1", {"email": "anna@example.at"}, given_name="Anna", family_name="Huber")
    sight = Sight(desk.connection, desk.ctx)
    sight.read_records(scratch.live_numbers(desk.connection))
    other = replace(desk.ctx, policy=replace(desk.ctx.policy, version="another"))
    for row in sight.rows.values():
        assert memory.read(row.links, desk.ctx) is not None
        assert memory.read(row.links, other) is None
