"""Consent cuts a person by channel and joins her again, exactly."""

import datetime as dt
from typing import Any

import pytest

from identity.errors import InvalidRecordError, UnknownProfileError
from identity.model import Assurance
from identity.rights import consent
from identity.submission import Statement
from tests.identity.desk import Desk

MAIL = {"email": "anna@example.at"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


def test_granting_joins_and_withdrawing_parts(desk: Desk) -> None:
    """A grant shows the channels as one profile, a withdrawal parts them, a new grant joins them again."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    card = desk.put("loyalty", "c1", MAIL, **ANNA)
    assert desk.consent(web.record, granted=True) == web.record
    whole = desk.view(card.record)
    assert (whole.profile, whole.channel, whole.personal) == (web.record, None, True)
    desk.later(days=1)
    desk.consent(card.record, granted=False)
    part = desk.view(card.record)
    assert (part.profile, part.channel, part.personal) == (card.record, "store", False)
    assert part.limit_members == whole.members
    desk.later(days=1)
    desk.consent(card.record, granted=True)
    assert desk.view(card.record) == whole


def test_the_newest_statement_counts_whenever_it_arrives(desk: Desk) -> None:
    """A statement that arrives late counts by when it was made."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    desk.put("loyalty", "c1", MAIL, **ANNA)
    desk.consent(web.record, granted=False, days=-1)
    desk.consent(web.record, granted=True, days=-2)
    assert consent.state(desk.connection, desk.ctx, web.record) == {"cross_channel": False}
    assert desk.view(web.record).channel == "online"


def test_a_statement_from_the_future_is_from_when_it_came(desk: Desk) -> None:
    """A wrong clock does not outlive her withdrawal, however often the feed repeats what it said."""
    said = [Statement("cross_channel", granted=True, at=desk.now + dt.timedelta(days=400))]
    web = desk.put("web", "u1", MAIL, consents=said, **ANNA)
    card = desk.put("loyalty", "c1", MAIL, **ANNA)
    assert desk.profile_of(web.record) == desk.profile_of(card.record)
    desk.later(days=1)
    desk.consent(web.record, granted=False)
    desk.later(days=1)
    desk.put("web", "u1", MAIL, consents=said, **ANNA)
    assert desk.profile_of(web.record) != desk.profile_of(card.record)
    assert consent.state(desk.connection, desk.ctx, card.record) == {"cross_channel": False}


def test_of_two_statements_from_one_moment_the_withdrawal_counts(desk: Desk) -> None:
    """In doubt she said no."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    desk.put("loyalty", "c1", MAIL, **ANNA)
    desk.consent(web.record, granted=True)
    desk.consent(web.record, granted=False)
    assert not desk.view(web.record).personal


def test_a_record_that_stays_the_same_may_carry_a_new_statement(desk: Desk) -> None:
    """Repeating a record with a statement takes the statement and joins the channels."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    desk.put("loyalty", "c1", MAIL, **ANNA)
    said = [Statement("cross_channel", granted=True, at=desk.now, evidence="form 7")]
    assert desk.put("web", "u1", MAIL, consents=said, **ANNA).outcome == "joined"
    assert desk.put("web", "u1", MAIL, consents=said, **ANNA).outcome == "unchanged"
    stored = consent.statements(desk.connection, desk.ctx, web.record)
    assert [(each.purpose, each.granted, each.evidence) for each in stored] == [
        ("cross_channel", True, "form 7")
    ]


def test_a_word_about_offers_counts_before_the_one_about_channels(desk: Desk) -> None:
    """Personal offers need a yes of their own, or, failing any word on them, the one to joining channels."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    desk.consent(web.record, granted=True)
    assert desk.view(web.record).personal
    desk.consent(web.record, "personal_offers", granted=False)
    assert not desk.view(web.record).personal


def test_each_part_keeps_her_word(desk: Desk) -> None:
    """What was said for a profile holds for each of its records, also when one of them goes away."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    card = desk.put("loyalty", "c1", MAIL, **ANNA)
    desk.consent(web.record, granted=True)
    desk.later(days=1)
    desk.consent(web.record, granted=False)
    desk.delete("web", "u1")
    assert consent.state(desk.connection, desk.ctx, card.record) == {"cross_channel": False}


def test_an_asserted_statement_is_none(desk: Desk) -> None:
    """What a stranger's browser says about consent is not taken."""
    said = [Statement("cross_channel", granted=True, at=desk.now)]
    result = desk.put("web", "u1", MAIL, consents=said, proof=Assurance.ASSERTED, **ANNA)
    assert [each.field for each in result.rejected] == ["consents[0]"]
    assert consent.statements(desk.connection, desk.ctx, result.profile) == ()


@pytest.mark.parametrize("purpose", ["", "Mixed", "with space", "x" * 65, "_", "ü"])
def test_a_purpose_is_a_plain_word(desk: Desk, purpose: str) -> None:
    """A purpose that cannot be one is refused with a sentence."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    with pytest.raises(InvalidRecordError, match="purpose"):
        desk.consent(web.record, purpose, granted=True)


def test_unknown_profiles_have_no_consent(desk: Desk) -> None:
    """An id that was never given out is not known."""
    with pytest.raises(UnknownProfileError):
        consent.state(desk.connection, desk.ctx, desk.ctx.new_id())


def test_a_statement_needs_a_zone(desk: Desk) -> None:
    """A time without a zone says nothing about order."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    said = [Statement("cross_channel", granted=True, at=dt.datetime(2026, 1, 1))]  # noqa: DTZ001 - the point
    with pytest.raises(InvalidRecordError):
        consent.declare(desk.connection, desk.ctx, web.record, said, proof=Assurance.TYPED, now=desk.now)
