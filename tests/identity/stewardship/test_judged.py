"""What somebody decided holds against everything that comes later."""

from dataclasses import replace
from typing import Any

import pytest

from identity import redo
from identity.model import Verdict
from identity.scoring import shipped
from identity.scoring.registry import Models
from identity.stewardship import reviews, steward
from identity.versions import switching
from tests.identity import scratch
from tests.identity.desk import Desk
from tests.identity.worlds import ToyModel

ANNA: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Huber",
    "date_of_birth": "1980-02-03",
    "street": "Hauptstrasse",
    "street_number": "4",
    "city": "Wien",
    "postcode": "1010",
    "country": "AT",
}
MAIL = {"email": "anna@example.at"}


@pytest.fixture
def fuzzy(desk: Desk) -> Desk:
    """A desk whose records are weighed."""
    desk.ctx = replace(desk.ctx, model=shipped.default())
    return desk


def test_different_survives_a_hundred_repetitions_and_a_third_like_both(fuzzy: Desk) -> None:
    """Records that weigh enough to join stay apart once somebody said so, however often they are sent."""
    web = fuzzy.put("web", "u1", MAIL, **ANNA)
    crm = fuzzy.put("crm", "1", MAIL, **ANNA)
    assert fuzzy.view(web.record).limit_members == (web.record_no, crm.record_no)
    fuzzy.judge([web.record], [crm.record], Verdict.DIFFERENT)
    third = fuzzy.put("loyalty", "c1", MAIL, **ANNA)
    for number in range(100):
        fuzzy.later(seconds=1)
        fuzzy.put("web", "u1", MAIL, x_visit=str(number), **ANNA)
        fuzzy.put("crm", "1", MAIL, x_visit=str(number), **ANNA)
        if number % 10 == 0:
            fuzzy.put("loyalty", "c1", MAIL, x_visit=str(number), **ANNA)
            fuzzy.put("pos", str(number), MAIL, **ANNA)
    assert fuzzy.view(web.record).limit_members != fuzzy.view(crm.record).limit_members
    members = fuzzy.view(third.record).limit_members
    assert not {web.record_no, crm.record_no} <= set(members)
    assert scratch.stored(fuzzy.connection) == scratch.expected(fuzzy.connection, fuzzy.ctx)


def test_different_survives_another_model(desk: Desk) -> None:
    """Retraining does not ask again what somebody answered."""
    desk.ctx = replace(desk.ctx, models=Models(lambda document: ToyModel(document["version"])))
    web = desk.put("web", "u1", MAIL, **ANNA)
    crm = desk.put("crm", "1", MAIL, **ANNA)
    desk.judge([web.record], [crm.record], Verdict.DIFFERENT)
    switching.add(desk.connection, desk.ctx, {"version": "next"}, now=desk.now)
    switching.activate(desk.connection, "next", author="s", now=desk.now)
    redo.drain(desk.connection, desk.ctx, now=desk.now)
    assert desk.view(web.record).limit_members == (web.record_no,)
    assert [item for item in reviews.open_items(desk.connection) if item.kind == "match"] == []


def test_any_subset_can_be_taken_out_and_put_back(fuzzy: Desk) -> None:
    """An unmerge is exact in both directions, whatever held the records together."""
    found = [
        fuzzy.put("web", "u1", MAIL, **ANNA),
        fuzzy.put("crm", "1", MAIL, **ANNA),
        fuzzy.put("loyalty", "c1", {"loyalty_card": "9780000001"}, **ANNA),
        fuzzy.put("pos", "9", {"phone": "+436641234567"}, **ANNA),
    ]
    before = scratch.stored(fuzzy.connection)
    assert len(before.persons) == 1
    out = [found[1].record, found[3].record]
    (view,) = steward.split(
        fuzzy.connection, fuzzy.ctx, found[0].record, [out], reason="two", author="s", now=fuzzy.now
    )
    persons = sorted(len(person) for person in scratch.stored(fuzzy.connection).persons)
    assert persons == [2, 2]
    fuzzy.later(seconds=1)
    fuzzy.judge(view.left, view.right, Verdict.SAME)
    assert scratch.stored(fuzzy.connection).persons == before.persons


def test_what_rested_on_a_generic_value_is_examined_again_both_ways(fuzzy: Desk) -> None:
    """When too many show an address, those it joined part; when they no longer do, they join again."""
    one = fuzzy.put("web", "u1", MAIL, given_name="Anna", family_name="Huber")
    other = fuzzy.put("crm", "1", MAIL)
    assert one.record_no in fuzzy.view(other.record).limit_members
    names = ("Bernd Maier", "Clara Novak", "Dora Pichler", "Emil Steiner")
    for number, name in enumerate(names):
        given, family = name.split()
        fuzzy.put("pos", str(number), MAIL, given_name=given, family_name=family)
    assert fuzzy.view(other.record).limit_members == (other.record_no,)
    assert scratch.stored(fuzzy.connection) == scratch.expected(fuzzy.connection, fuzzy.ctx)
    for number in range(len(names)):
        fuzzy.delete("pos", str(number))
    assert one.record_no in fuzzy.view(other.record).limit_members
    assert scratch.stored(fuzzy.connection) == scratch.expected(fuzzy.connection, fuzzy.ctx)
