"""What a switch would do is seen before it is made."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from identity import policy, redo
from identity.errors import ModelError, PolicyError
from identity.scoring.registry import Models
from identity.scoring.weigh import UNITS_PER_BIT
from identity.versions import switching, whatif
from tests.identity import scratch
from tests.identity.desk import Desk
from tests.identity.worlds import ToyModel

HOME: dict[str, Any] = {"city": "Wien", "postcode": "1010"}


def toy(document: Any) -> ToyModel:
    """A toy with its line where the document says."""
    return ToyModel(document["version"], document["join"] * UNITS_PER_BIT, 0)


def test_joins_and_splits_are_foreseen(desk: Desk) -> None:
    """A lower line joins two neighbours of one name, and going back would part them; nothing is written."""
    desk.ctx = replace(desk.ctx, model=toy({"version": "high", "join": 9}), models=Models(toy))
    one = desk.put("web", "u1", family_name="Huber", **HOME)
    other = desk.put("crm", "1", family_name="Huber", **HOME)
    for version, join in (("low", 2), ("high", 9)):
        switching.add(desk.connection, desk.ctx, {"version": version, "join": join}, now=desk.now)
    before = scratch.stored(desk.connection)
    found = whatif.look(desk.connection, desk.ctx, "low", records=10)
    pair = tuple(sorted((str(one.record), str(other.record))))
    assert (found.records, found.joins, found.splits, found.joined) == (2, 1, 0, (pair,))
    assert scratch.stored(desk.connection) == before
    switching.activate(desk.connection, "low", author="s", now=desk.now)
    redo.drain(desk.connection, desk.ctx, now=desk.now)
    assert len(desk.view(one.record).limit_members) == 2
    back = whatif.look(desk.connection, desk.ctx, "high", records=10)
    assert (back.joins, back.splits, back.document()["split"]) == (0, 1, [list(pair)])
    with pytest.raises(ModelError):
        whatif.look(desk.connection, desk.ctx, "unheard", records=10)


def test_another_policy_is_tried_too(desk: Desk) -> None:
    """A card that counts for no more than a telephone parts whom it alone had joined; nothing is written."""
    web = desk.put("web", "u1", {"loyalty_card": "9780000001"}, given_name="Anna")
    card = desk.put("loyalty", "c1", {"loyalty_card": "9780000001"}, family_name="Huber")
    before = scratch.stored(desk.connection)
    raw = yaml.safe_load(policy.DEFAULT_PATH.read_text(encoding="utf-8"))
    raw["identifiers"]["loyalty_card"]["links"] = "second"
    found = whatif.look_by_policy(desk.connection, desk.ctx, policy.parse(raw), records=10)
    pair = tuple(sorted((str(web.record), str(card.record))))
    assert (found.joins, found.split) == (0, (pair,))
    same = whatif.look_by_policy(desk.connection, desk.ctx, desk.ctx.policy, records=10)
    assert (same.records, same.joins, same.splits) == (2, 0, 0)
    assert scratch.stored(desk.connection) == before


def test_a_policy_must_know_what_is_stored(desk: Desk) -> None:
    """A type or a source that was taken out, or got another number, is named."""
    raw = yaml.safe_load(policy.DEFAULT_PATH.read_text(encoding="utf-8"))
    del raw["identifiers"]["passport"]
    with pytest.raises(PolicyError, match=r"identifiers\.passport with code \d+ is missing"):
        whatif.look_by_policy(desk.connection, desk.ctx, policy.parse(raw), records=10)
