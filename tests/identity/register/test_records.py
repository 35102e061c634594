"""What a submission does to records and profiles."""

import datetime as dt
from typing import Any

import pytest

from identity.answers import Outcome
from identity.errors import ErasedError, InvalidRecordError, UnknownRecordError, UnknownSourceError
from identity.model import Assurance
from identity.register import records
from identity.rights import erasure
from identity.submission import Claim, Statement, Submission
from tests.identity.desk import Desk

MAIL = {"email": "anna@example.at"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}
BERND: dict[str, Any] = {"given_name": "Bernd", "family_name": "Maier"}


def joins(desk: Desk) -> list[Statement]:
    """The shopper's word that channels may be joined."""
    return [Statement("cross_channel", granted=True, at=desk.now)]


def test_a_first_record_is_new(desk: Desk) -> None:
    """A record that nothing is known of gets a profile of its own, whose id is the record's."""
    result = desk.put("web", "u1", MAIL, **ANNA)
    assert result.outcome is Outcome.NEW
    assert result.profile == result.record


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    """A nightly feed that repeats itself leaves no trace."""
    first = desk.put("web", "u1", MAIL, **ANNA)
    desk.later(days=1)
    again = desk.put("web", "u1", MAIL, **ANNA)
    assert again.outcome is Outcome.UNCHANGED
    assert (again.record, again.profile) == (first.record, first.profile)


def test_a_shared_email_joins(desk: Desk) -> None:
    """Records with one e-mail and agreeing names are one person; with consent they are one profile."""
    first = desk.put("web", "u1", MAIL, consents=joins(desk), **ANNA)
    second = desk.put("loyalty", "c1", MAIL, given_name="Anna", family_name="Hubr")
    assert second.outcome is Outcome.JOINED
    assert second.profile == first.profile
    assert [(link.record, link.reason) for link in second.links] == [(first.record, "email")]


def test_what_no_key_is_made_of_is_compared_all_the_same(desk: Desk) -> None:
    """A number that was recycled: since when she has it is in no key, and parts the two who had it."""

    def shown(key: str, **years: dt.datetime) -> Outcome:
        claims = [Claim("phone", "+436641234567", Assurance.VERIFIED, **years)]
        submission = Submission("crm", key, ANNA, claims, proof=Assurance.VERIFIED)
        return records.put(desk.connection, desk.ctx, submission, now=desk.now).outcome

    changed = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    shown("1", valid_to=changed)
    assert shown("2") is Outcome.JOINED
    assert shown("2", valid_from=changed) is Outcome.SPLIT


def test_without_consent_a_person_is_shown_by_channel(desk: Desk) -> None:
    """The person is one, the profiles are two: limits are counted on both records."""
    first = desk.put("web", "u1", MAIL, **ANNA)
    second = desk.put("loyalty", "c1", MAIL, **ANNA)
    assert second.outcome is Outcome.JOINED
    assert second.profile != first.profile
    assert desk.view(first.record).limit_members == (first.record_no, second.record_no)
    assert desk.view(first.record).members == (first.record_no,)


def test_a_record_between_two_merges_them(desk: Desk) -> None:
    """A record that links two persons makes one of them, under the older id."""
    first = desk.put("web", "u1", MAIL, consents=joins(desk), **ANNA)
    second = desk.put("crm", "7", {"loyalty_card": "9780000001"}, **ANNA)
    third = desk.put("loyalty", "c1", {**MAIL, "loyalty_card": "9780000001"}, **ANNA)
    assert third.outcome is Outcome.MERGED
    assert {desk.profile_of(each.record) for each in (first, second, third)} == {first.profile}


def test_taking_the_link_away_splits_again(desk: Desk) -> None:
    """A record that no longer shows the shared value leaves, and both ids answer for themselves."""
    first = desk.put("web", "u1", MAIL, consents=joins(desk), **ANNA)
    second = desk.put("loyalty", "c1", MAIL, **ANNA)
    changed = desk.put("loyalty", "c1", {"email": "other@example.at"}, **ANNA)
    assert changed.outcome is Outcome.SPLIT
    assert changed.profile == second.record
    assert desk.profile_of(first.record) == first.record


def test_a_veto_goes_to_review(desk: Desk) -> None:
    """A card that two people with different birthdays show joins nobody and is shown to a person."""
    desk.put("web", "u1", {"loyalty_card": "9780000001"}, date_of_birth="1980-02-03", **ANNA)
    result = desk.put("crm", "7", {"loyalty_card": "9780000001"}, date_of_birth="1955-12-24", **BERND)
    assert result.outcome is Outcome.REVIEW
    assert result.profile == result.record


def test_an_older_version_does_not_overwrite(desk: Desk) -> None:
    """What was observed earlier and comes later is stale; only its statements are taken."""
    desk.put("web", "u1", MAIL, observed_at=desk.now, **ANNA)
    stale = desk.put("web", "u1", observed_at=desk.now - dt.timedelta(days=1), consents=joins(desk), **BERND)
    assert stale.outcome is Outcome.UNCHANGED
    assert [each.field for each in stale.rejected] == ["observed_at"]
    assert records.get(desk.connection, desk.ctx, "web", "u1").attributes["given_name"] == "Anna"
    assert desk.view(stale.record).personal


def test_a_key_that_went_to_somebody_else_starts_a_generation(desk: Desk) -> None:
    """A reissued card number gets a new record; what happened before stays with the first shopper's."""
    card = {"loyalty_card": "9780000001"}
    first = desk.put("loyalty", "9780000001", card, date_of_birth="1980-02-03", **ANNA)
    second = desk.put("loyalty", "9780000001", card, date_of_birth="1955-12-24", **BERND)
    assert (first.generation, second.generation) == (1, 2)
    assert second.record != first.record
    assert second.profile == second.record
    assert desk.find(loyalty_card="9780000001").profile == second.profile
    assert desk.view(first.record).profile == first.record


@pytest.mark.parametrize(
    ("kind", "key"), [("loyalty_card", "AT-9780 0001"), ("tax_id", "12-945/6789"), ("account_id", "Anna-1")]
)
def test_a_key_says_nothing_for_one_person_however_it_is_written(desk: Desk, kind: str, key: str) -> None:
    """A number with dashes that went to somebody else starts a generation too, and finds the new one only."""
    first = desk.put("loyalty", key, {kind: key}, **ANNA)
    second = desk.put("loyalty", key, {kind: key}, **BERND)
    assert (first.generation, second.generation) == (1, 2)
    asked: dict[str, Any] = {kind: key}
    assert desk.find(**asked).profile == second.profile == second.record


def test_a_deleted_record_forwards_and_can_be_revived(desk: Desk) -> None:
    """The id of a deleted record leads to its person, counts for limits, and returns within 30 days."""
    first = desk.put("web", "u1", MAIL, consents=joins(desk), **ANNA)
    second = desk.put("loyalty", "c1", MAIL, consents=joins(desk), **ANNA)
    desk.delete("web", "u1")
    desk.delete("web", "u1")
    view = desk.view(first.record)
    assert view.profile == second.record
    assert view.members == (second.record_no,)
    assert view.limit_members == (first.record_no, second.record_no)
    with pytest.raises(UnknownRecordError):
        records.get(desk.connection, desk.ctx, "web", "u1")
    desk.later(days=29)
    assert desk.put("web", "u1", MAIL, **ANNA).record == first.record


def test_a_revived_record_is_no_longer_its_former_persons(desk: Desk) -> None:
    """What it took counts on whoever it belongs to now, and erasing the former person leaves it alone."""
    first = desk.put("web", "u1", MAIL, consents=joins(desk), **ANNA)
    second = desk.put("loyalty", "c1", MAIL, consents=joins(desk), **ANNA)
    desk.delete("web", "u1")
    revived = desk.put("web", "u1", {"phone": "+436642345671"})
    assert revived.record == first.record
    assert desk.view(first.record).limit_members == (first.record_no,)
    assert desk.view(second.record).limit_members == (second.record_no,)
    erasure.erase(desk.connection, desk.ctx, second.record, reason="asked", now=desk.now)
    assert desk.view(first.record).members == (first.record_no,)


def test_after_thirty_days_a_key_starts_anew(desk: Desk) -> None:
    """A tombstone that is too old is not revived; its id still leads to the person it belonged to."""
    first = desk.put("web", "u1", MAIL, consents=joins(desk), **ANNA)
    second = desk.put("loyalty", "c1", MAIL, consents=joins(desk), **ANNA)
    desk.delete("web", "u1")
    desk.later(days=31)
    anew = desk.put("web", "u1", MAIL, **ANNA)
    assert anew.generation == 2
    assert anew.record != first.record
    assert desk.profile_of(first.record) == second.record


def test_the_last_record_of_a_shopper_leaves_nobody(desk: Desk) -> None:
    """The id of the only record, deleted, answers that she is gone."""
    only = desk.put("web", "u1", MAIL, **ANNA)
    desk.delete("web", "u1")
    with pytest.raises(ErasedError):
        desk.view(only.record)
    assert desk.find(email="anna@example.at").profile is None


def test_a_public_sender_cannot_overwrite_a_proved_record(desk: Desk) -> None:
    """What a browser asserts about an account does not replace what the shop's server said."""
    desk.put("web", "u1", MAIL, **ANNA)
    claimed = desk.put("web", "u1", {"email": "thief@example.at"}, proof=Assurance.ASSERTED, **BERND)
    assert claimed.outcome is Outcome.UNCHANGED
    assert records.get(desk.connection, desk.ctx, "web", "u1").attributes["given_name"] == "Anna"


@pytest.mark.parametrize("key", ["", " u", "a\x00b", "x" * 257, "4111 1111 1111 1111"])
def test_keys_that_cannot_be_are_refused(desk: Desk, key: str) -> None:
    """Empty, padded, unprintable, endless keys and payment card numbers are no record keys."""
    with pytest.raises(InvalidRecordError):
        desk.put("web", key, MAIL)


def test_a_customer_may_have_thirteen_digits(desk: Desk) -> None:
    """Also where they could be a card's; anywhere else they are one."""
    number = "4222222222222"
    put = desk.put("web", number, {"account_id": number, "device": number})
    assert [gone.field for gone in put.rejected] == ["identifiers[1]"]


def test_an_unknown_source_is_refused(desk: Desk) -> None:
    """A source that the policy does not name may not write."""
    with pytest.raises(UnknownSourceError):
        desk.put("nowhere", "u1", MAIL)
    with pytest.raises(UnknownRecordError):
        desk.delete("web", "never-seen")
