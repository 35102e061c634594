"""A batch that was rolled back leaves what was there before it."""

from typing import Any

import pytest

from identity import redo
from identity.batches import rolling
from identity.errors import RolledBackBatchError, UnknownBatchError, UnknownRecordError
from identity.model import Assurance
from identity.reading import profiles
from identity.register import records
from identity.submission import Claim, Submission
from tests.identity import scratch
from tests.identity.desk import Desk

MAIL = {"email": "anna@example.at"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


def put(desk: Desk, key: str, batch: str | None, mail: str, **attributes: Any) -> Any:
    """Puts a record of the crm as part of a batch."""
    claims = [Claim("email", mail, Assurance.VERIFIED)]
    submission = Submission("crm", key, attributes, claims, proof=Assurance.VERIFIED, batch=batch)
    if batch is not None:
        rolling.begin(desk.connection, batch, author="feed", now=desk.now)
    return records.put(desk.connection, desk.ctx, submission, now=desk.now)


def roll_back(desk: Desk, name: str) -> None:
    """Takes a batch back, and does the work."""
    rolling.roll_back(desk.connection, name, author="s", now=desk.now)
    redo.drain(desk.connection, desk.ctx, now=desk.now)


def test_what_a_batch_brought_goes_and_what_it_changed_returns(desk: Desk) -> None:
    """New records are taken away, changed ones say what they said; the persons are those of before."""
    web = desk.put("web", "u1", MAIL, **ANNA)
    old = put(desk, "1", None, "x@example.at", given_name="Berta", family_name="Maier")
    before = scratch.stored(desk.connection)
    put(desk, "1", "n1", "anna@example.at", **ANNA)
    put(desk, "1", "n1", "anna@example.at", x_again="yes", **ANNA)
    put(desk, "2", "n1", "anna@example.at", **ANNA)
    assert len(desk.view(web.record).limit_members) > 1
    assert [(each.name, each.records) for each in rolling.listed(desk.connection)] == [("n1", 3)]
    roll_back(desk, "n1")
    assert scratch.stored(desk.connection) == before == scratch.expected(desk.connection, desk.ctx)
    shown = profiles.records(desk.connection, desk.ctx, old.record)
    assert [each.attributes["given_name"] for each in shown] == ["Berta"]
    with pytest.raises(UnknownRecordError):
        records.get(desk.connection, desk.ctx, "crm", "2")


def test_nothing_comes_under_the_name_of_what_was_taken_back(desk: Desk) -> None:
    """It would go with the rest, or could not be taken back any more."""
    put(desk, "1", "n1", "anna@example.at", **ANNA)
    rolling.roll_back(desk.connection, "n1", author="s", now=desk.now)
    for _ in range(2):
        with pytest.raises(RolledBackBatchError):
            rolling.begin(desk.connection, "n1", author="feed", now=desk.now)
        redo.drain(desk.connection, desk.ctx, now=desk.now)


def test_a_key_is_again_whose_it_was(desk: Desk) -> None:
    """A feed that mixed customers up gave a key to two others: both go, the first is found again."""
    old = put(desk, "1", None, "berta@example.at", given_name="Berta", family_name="Maier")
    before = scratch.stored(desk.connection)
    anna = put(desk, "1", "n1", "anna@example.at", **ANNA)
    put(desk, "1", "n1", "carl@example.at", given_name="Carl", family_name="Novak")
    assert len(desk.connection.exec_driver_sql("select from identity.standing").all()) == 3
    roll_back(desk, "n1")
    assert scratch.stored(desk.connection) == before == scratch.expected(desk.connection, desk.ctx)
    assert records.get(desk.connection, desk.ctx, "crm", "1").record == old.record
    again = put(desk, "1", "n2", "berta@example.at", given_name="Berta", family_name="Maier", x_club="a")
    assert again.record == old.record
    other = put(desk, "1", "n2", "anna@example.at", **ANNA)
    assert other.record not in (old.record, anna.record)
    roll_back(desk, "n2")
    assert scratch.stored(desk.connection) == before == scratch.expected(desk.connection, desk.ctx)


def test_a_card_finds_again_whose_it_was(desk: Desk) -> None:
    """Where a feed gave it to somebody else, its number was no longer hers."""
    number = "9780000001"
    card = desk.put("loyalty", number, {"loyalty_card": number}, given_name="Berta", family_name="Maier")
    rolling.begin(desk.connection, "n1", author="feed", now=desk.now)
    claims = [Claim("loyalty_card", number, Assurance.VERIFIED)]
    mixed = Submission("loyalty", number, dict(ANNA), claims, proof=Assurance.VERIFIED, batch="n1")
    assert records.put(desk.connection, desk.ctx, mixed, now=desk.now).record != card.record
    roll_back(desk, "n1")
    desk.later(seconds=1)
    assert desk.find(loyalty_card=number).profile == card.record


def test_what_was_written_since_is_left_alone(desk: Desk) -> None:
    """Whoever wrote last answers for a record."""
    put(desk, "1", "n1", "a@example.at", **ANNA)
    put(desk, "1", "n2", "b@example.at", **ANNA)
    roll_back(desk, "n1")
    assert records.get(desk.connection, desk.ctx, "crm", "1").identifiers[0].value == "b@example.at"
    roll_back(desk, "n2")
    assert records.get(desk.connection, desk.ctx, "crm", "1").identifiers[0].value == "a@example.at"


def test_asking_twice_is_asking_once(desk: Desk) -> None:
    """The second time finds nothing to do; an unknown batch is refused."""
    put(desk, "1", "n1", "a@example.at", **ANNA)
    first = rolling.roll_back(desk.connection, "n1", author="s", now=desk.now)
    desk.later(hours=1)
    again = rolling.roll_back(desk.connection, "n1", author="t", now=desk.now)
    assert first == again
    assert redo.pending(desk.connection) == 1
    with pytest.raises(UnknownBatchError):
        rolling.roll_back(desk.connection, "n0", author="s", now=desk.now)


def test_erasing_forgets_what_a_batch_replaced(desk: Desk) -> None:
    """Nothing of an erased shopper stays where a rollback would look for it."""
    put(desk, "1", None, "a@example.at", **ANNA)
    found = put(desk, "1", "n1", "b@example.at", **ANNA)
    desk.erase(found.record)
    assert desk.connection.exec_driver_sql("select count(*) from identity.replaced").scalar() == 0
    roll_back(desk, "n1")
