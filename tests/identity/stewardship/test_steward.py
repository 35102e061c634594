"""What people decide sticks, and can be taken back."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from identity.errors import InvalidJudgementError, UnknownRecordError, UnknownReviewError
from identity.model import Verdict
from identity.reading import profiles
from identity.register import records
from identity.scoring import shipped
from identity.stewardship import reviews, steward
from identity.submission import Statement
from tests.identity.desk import Desk
from tests.identity.worlds import ToyModel

MAIL = {"email": "anna@example.at"}
CARD = {"loyalty_card": "9780000001"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


def joined(desk: Desk) -> list[Statement]:
    """Her word that channels may be joined."""
    return [Statement("cross_channel", granted=True, at=desk.now)]


def test_different_parts_and_sticks(desk: Desk) -> None:
    """A negative judgement survives being sent again and a third record that is like both."""
    web = desk.put("web", "u1", MAIL, consents=joined(desk), **ANNA)
    card = desk.put("loyalty", "c1", MAIL, **ANNA)
    view = desk.judge([web.record], [card.record], Verdict.DIFFERENT)
    assert set(view.profiles) == {web.record, card.record}
    for number in range(5):
        desk.put("web", "u1", MAIL, x_visit=str(number), **ANNA)
        desk.put("loyalty", "c1", MAIL, x_visit=str(number), **ANNA)
    desk.put("crm", "9", MAIL, **ANNA)
    assert desk.view(web.record).limit_members != desk.view(card.record).limit_members


def test_the_newest_judgement_counts(desk: Desk) -> None:
    """Deciding again about the same two sets puts the earlier decision aside, which stays on record."""
    web = desk.put("web", "u1", MAIL, consents=joined(desk), **ANNA)
    card = desk.put("loyalty", "c1", MAIL, **ANNA)
    desk.judge([web.record], [card.record], Verdict.DIFFERENT)
    desk.later(seconds=1)
    desk.judge([card.record], [web.record], Verdict.SAME)
    assert desk.profile_of(card.record) == web.record
    rows = desk.connection.execute(
        sa.text("select verdict, superseded_at is null from identity.judgement order by judgement_no")
    )
    assert [tuple(row) for row in rows] == [("different", False), ("same", True)]


def test_same_joins_what_nothing_links(desk: Desk) -> None:
    """Somebody who knows better joins two records without anything in common."""
    web = desk.put("web", "u1", MAIL, consents=joined(desk), **ANNA)
    other = desk.put("crm", "7", {"email": "x@example.at"}, given_name="Zoe", family_name="Adam")
    desk.judge([web.record], [other.record], Verdict.SAME)
    assert desk.profile_of(other.record) == web.record
    desk.delete("crm", "7")
    assert desk.profile_of(other.record) == web.record


def test_split_takes_a_person_apart_and_join_restores(desk: Desk) -> None:
    """A split writes judgements between the groups; the opposite judgement restores what was."""
    results = [
        desk.put("web", "u1", MAIL, consents=joined(desk), **ANNA),
        desk.put("loyalty", "c1", MAIL, **ANNA),
        desk.put("crm", "7", MAIL, **ANNA),
        desk.put("pos", "9", MAIL, **ANNA),
    ]
    before = desk.view(results[0].record)
    ids = [each.record for each in results]
    views = steward.split(
        desk.connection, desk.ctx, ids[0], [ids[1:3], ids[3:]], reason="family", author="s", now=desk.now
    )
    assert len(views) == 3
    assert [desk.view(each).limit_members for each in ids] == [
        (results[0].record_no,),
        (results[1].record_no, results[2].record_no),
        (results[1].record_no, results[2].record_no),
        (results[3].record_no,),
    ]
    desk.later(seconds=1)
    for view in views:
        desk.judge(view.left, view.right, Verdict.SAME)
    assert desk.view(ids[3]) == before


def test_judgements_about_nothing_are_refused(desk: Desk) -> None:
    """Empty, overlapping and unknown sets cannot be judged."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    with pytest.raises(InvalidJudgementError):
        desk.judge([web.record], [], Verdict.SAME)
    with pytest.raises(InvalidJudgementError):
        desk.judge([web.record], [web.record], Verdict.SAME)
    with pytest.raises(UnknownRecordError):
        desk.judge([web.record], [desk.ctx.new_id()], Verdict.SAME)
    with pytest.raises(InvalidJudgementError):
        steward.split(desk.connection, desk.ctx, web.record, [], reason="", author="s", now=desk.now)


@pytest.mark.parametrize("old_key", ["9780000001", "978-000 0001"])
def test_a_card_can_replace_another(desk: Desk, old_key: str) -> None:
    """The new card takes the shopper over; the old number finds nobody from then on."""
    old = desk.put("loyalty", old_key, CARD, **ANNA)
    new = desk.put("loyalty", "9780000002", {"loyalty_card": "9780000002"}, **ANNA)
    desk.later(days=1)
    steward.replace_key(
        desk.connection,
        desk.ctx,
        ("loyalty", "9780000002"),
        ("loyalty", old_key),
        reason="lost",
        author="s",
        now=desk.now,
    )
    assert desk.profile_of(new.record) == old.record
    desk.later(seconds=1)
    assert desk.find(loyalty_card="9780000002").profile == old.record
    assert desk.find(loyalty_card="9780000001").status == "unknown"


def _replace(desk: Desk, new: str, old: str) -> None:
    steward.replace_key(
        desk.connection, desk.ctx, ("loyalty", new), ("loyalty", old), reason="lost", author="s", now=desk.now
    )
    desk.later(seconds=1)


def _cards(desk: Desk, *numbers: str) -> None:
    for number in numbers:
        desk.put("loyalty", number, {"loyalty_card": number}, **ANNA)


def _answering(desk: Desk, *numbers: str) -> list[str]:
    return [number for number in numbers if desk.find(loyalty_card=number).profile is not None]


def test_no_feed_brings_back_a_number_that_was_replaced(desk: Desk) -> None:
    """The source that still knows the lost card says so every night; the steward knows better."""
    _cards(desk, "C1001", "C1002")
    _replace(desk, "C1002", "C1001")
    desk.put("loyalty", "C1001", {"loyalty_card": "C1001"}, city="Graz", **ANNA)
    assert records.get(desk.connection, desk.ctx, "loyalty", "C1001").attributes["city"] == "Graz"
    assert _answering(desk, "C1001", "C1002") == ["C1002"]


def test_of_a_chain_of_cards_the_newest_answers(desk: Desk) -> None:
    """A card that replaces another may be lost as well."""
    numbers = ("C1001", "C1002", "C1003")
    _cards(desk, *numbers)
    _replace(desk, "C1002", "C1001")
    _replace(desk, "C1003", "C1002")
    assert _answering(desk, *numbers) == ["C1003"]


def test_of_two_cards_that_replace_each_other_the_one_declared_last_answers(desk: Desk) -> None:
    """Declared the wrong way round, it is declared again."""
    _cards(desk, "C1001", "C1002")
    _replace(desk, "C1001", "C1002")
    _replace(desk, "C1002", "C1001")
    assert _answering(desk, "C1001", "C1002") == ["C1002"]


def test_a_replaced_card_can_be_reinstated(desk: Desk) -> None:
    """It was found: both numbers answer; doing it twice changes nothing."""
    _cards(desk, "C1001", "C1002")
    _replace(desk, "C1002", "C1001")
    for _ in range(2):
        steward.reinstate_key(desk.connection, desk.ctx, ("loyalty", "C1001"), now=desk.now)
    assert _answering(desk, "C1001", "C1002") == ["C1001", "C1002"]


def test_a_refused_link_waits_for_a_steward(desk: Desk) -> None:
    """A veto opens one item; deciding it joins or parts for good, and the item is gone."""
    web = desk.put("web", "u1", CARD, consents=joined(desk), date_of_birth="1980-02-03", **ANNA)
    card = desk.put(
        "loyalty", "c1", CARD, date_of_birth="1955-12-24", given_name="Berta", family_name="Maier"
    )
    (item,) = reviews.open_items(desk.connection)
    assert (item.kind, item.reason) == ("match", "given_name")
    assert {item.left, item.right} == {web.record, card.record}
    assert item.detail["basis"] == "loyalty_card"
    reviews.decide(
        desk.connection, desk.ctx, item.review_no, "same", reason="known", author="s", now=desk.now
    )
    assert desk.profile_of(card.record) == web.record
    assert reviews.open_items(desk.connection) == ()
    with pytest.raises(UnknownReviewError):
        reviews.decide(desk.connection, desk.ctx, item.review_no, "same", reason="", author="s", now=desk.now)


def test_what_an_item_foretells_happens(desk: Desk) -> None:
    """Father and son became one person of three records when it was foretold; none was left behind."""
    named: dict[str, Any] = {"given_name": "Karl", "family_name": "Huber"}
    father = desk.put("loyalty", "c1", CARD, name_suffix="Sr", **named)
    till = desk.put("pos", "9", CARD | MAIL, **named)
    son = desk.put("web", "u1", MAIL, name_suffix="Jr", **named)
    (item,) = reviews.open_items(desk.connection)
    assert {item.left, item.right} == {till.record, son.record}
    assert item.effect is not None
    assert (item.effect.left_records, item.effect.right_records) == (2, 1)
    reviews.decide(desk.connection, desk.ctx, item.review_no, "same", reason="", author="s", now=desk.now)
    everybody = (father.record_no, till.record_no, son.record_no)
    assert {desk.view(each.record).limit_members for each in (father, till, son)} == {everybody}
    assert reviews.open_items(desk.connection) == ()


@pytest.mark.parametrize("verdict", ["different", "dismiss"])
def test_an_item_decided_otherwise_does_not_come_back(desk: Desk, verdict: str) -> None:
    """What was dismissed or judged different is not asked again when the records are sent again."""
    desk.put("web", "u1", CARD, date_of_birth="1980-02-03", **ANNA)
    desk.put("loyalty", "c1", CARD, date_of_birth="1955-12-24", given_name="Berta", family_name="Maier")
    (item,) = reviews.open_items(desk.connection)
    reviews.decide(desk.connection, desk.ctx, item.review_no, verdict, reason="", author="s", now=desk.now)
    desk.put("web", "u1", CARD, date_of_birth="1980-02-03", x_again="yes", **ANNA)
    assert reviews.open_items(desk.connection) == ()


def test_a_value_that_too_many_show_is_one_item(desk: Desk) -> None:
    """A card that four names show links nobody any more, and is one item until it speaks again."""
    names = ("Anna Huber", "Bernd Maier", "Clara Novak", "Dora Pichler")
    results = [
        desk.put("crm", str(number), CARD, given_name=name.split()[0], family_name=name.split()[1])
        for number, name in enumerate(names)
    ]
    items = reviews.open_items(desk.connection, kinds=["generic"])
    assert [item.detail["type"] for item in items] == ["loyalty_card"]
    assert desk.find(loyalty_card="9780000001").status == "unknown"
    assert len({desk.profile_of(each.record) for each in results}) == 4
    desk.delete("crm", "3")
    assert reviews.open_items(desk.connection, kinds=["generic"]) == ()


def test_too_many_identifiers_go_to_review(desk: Desk) -> None:
    """At most 64 identifiers of a record take part; the rest is stored and shown to a person."""
    mails = [f"a{number}@example.at" for number in range(70)]
    result = desk.put("web", "u1", {"email": mails}, **ANNA)
    assert result.outcome == "review"
    (item,) = reviews.open_items(desk.connection)
    assert (item.kind, item.detail) == ("identifiers", {"left_out": 6})
    assert len(profiles.records(desk.connection, desk.ctx, result.profile)[0].identifiers) == 70


def test_why_tells_of_a_link_by_weight_alone(desk: Desk) -> None:
    """Two who share no identifier are linked by what they agree in, and why says so."""
    desk.ctx = replace(desk.ctx, model=shipped.default())
    said: dict[str, Any] = {
        "date_of_birth": "1971-03-04",
        "city": "Wien",
        "postcode": "1010",
        "street": "Ringstrasse",
    }
    one, other = (
        desk.put(source, "u1", {}, given_name="Rosalinde", family_name="Kaltenbrunner", **said).record
        for source in ("web", "crm")
    )
    told = profiles.why(desk.connection, desk.ctx, one, other)
    assert told["same_person"]
    assert told["link"]["basis"] == "weight"
    assert told["verdict"].startswith("They agree by ")


def test_why_and_how_tell_rules_and_no_values(desk: Desk) -> None:
    """An explanation names what links and what forbids, and holds nothing of the shopper."""
    web = desk.put("web", "u1", CARD | MAIL, consents=joined(desk), date_of_birth="1980-02-03", **ANNA)
    card = desk.put("loyalty", "c1", CARD, given_name="Anna", date_of_birth="1980-02-03")
    other = desk.put("crm", "7", CARD, date_of_birth="1955-12-24", given_name="Berta", family_name="Maier")
    how = profiles.how(desk.connection, desk.ctx, web.record)
    assert [join["basis"] for join in how["joins"]] == ["loyalty_card"]
    yes = profiles.why(desk.connection, desk.ctx, web.record, card.record)
    no = profiles.why(desk.connection, desk.ctx, web.record, other.record)
    assert (yes["same_person"], yes["link"]["basis"], yes["veto"]) == (True, "loyalty_card", None)
    assert (no["same_person"], no["veto"]["rule"]) == (False, "given_name")
    told = f"{how} {yes} {no}".casefold()
    for value in ("anna", "huber", "maier", "9780000001", "example.at", "1980", "1955"):
        assert value not in told


def test_why_is_told_of_namesakes(desk: Desk) -> None:
    """They share keys that only find candidates, and about those nobody asked who keeps links."""
    desk.ctx = replace(desk.ctx, model=shipped.default())
    one, two = (
        desk.put("crm", key, given_name="Anna", family_name="Huber", date_of_birth=born).record
        for key, born in (("7", "1980-02-03"), ("8", "1955-12-24"))
    )
    told = profiles.why(desk.connection, desk.ctx, one, two)
    assert told["same_person"] is False
    assert {"type": "block", "live": True} in told["shared"]


def test_how_tells_the_weight_that_joined(desk: Desk) -> None:
    """Of two groups that of what both say together, in the figure as in the sentence."""
    desk.ctx = replace(desk.ctx, model=ToyModel())
    born: dict[str, Any] = {"given_name": "Anna", "date_of_birth": "1980-02-03"}
    desk.put("loyalty", "c1", CARD, city="Wien", **ANNA)
    desk.put("pos", "9", CARD, **born)
    web = desk.put("web", "u1", family_name="Huber", city="Wien", **born)
    (_, join) = profiles.how(desk.connection, desk.ctx, web.record)["joins"]
    assert (join["stage"], join["weight_bits"]) == (2, 4.5)
    assert join["reason"] == "Taken together, what is known of both agrees by 4.5 bits."


def test_why_knows_that_two_ids_are_one_record(desk: Desk) -> None:
    """The id of a deleted record asks for the person it was of; nothing need link a record with itself."""
    web = desk.put("web", "u1", MAIL, consents=joined(desk), **ANNA)
    card = desk.put("loyalty", "c1", MAIL, **ANNA)
    desk.delete("loyalty", "c1")
    told = profiles.why(desk.connection, desk.ctx, web.record, card.record)
    assert told["same_person"] is True
    assert told["verdict"] == "Both ids ask for one and the same record."
