"""Erasing forgets a shopper for good; exporting hands her everything first."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.database import Database
from identity.answers import FoundStatus
from identity.context import Context
from identity.errors import BusyError, ErasedError, SuppressedError
from identity.events import browsers, history
from identity.model import Assurance, Verdict
from identity.reading import changes
from identity.register import records
from identity.rights import erasure
from identity.stewardship import reviews, steward
from identity.submission import Claim, Statement, Submission
from tests.identity.desk import Desk

IDS = {"email": "anna@example.at", "loyalty_card": "9780000001"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber", "date_of_birth": "1980-02-03"}
CARD = Claim("loyalty_card", "9780000001", Assurance.SCANNED)
BROWSER = Claim("anonymous_id", "browser-1", Assurance.ASSERTED)
PERSONAL = ("anna", "huber", "9780000001", "example.at", "1980-02-03", "sweater", "form 7", "secret-key")


def shopper(desk: Desk) -> tuple[Any, Any]:
    """Anna with two records, a deleted one, consent and an event."""
    said = [Statement("cross_channel", granted=True, at=desk.now, evidence="form 7")]
    web = desk.put("web", "secret-key", IDS, consents=said, **ANNA)
    card = desk.put("loyalty", "9780000001", IDS, **ANNA)
    desk.put("crm", "7", IDS, **ANNA)
    desk.delete("crm", "7")
    desk.happen("sale", "pos", CARD, article="sweater")
    return web, card


def everything_stored(desk: Desk) -> str:
    """All that is stored, opened where it is sealed."""
    tables = desk.connection.scalars(
        sa.text("select table_name from information_schema.tables where table_schema = 'identity'")
    ).all()
    found = []
    for table in tables:
        rows = desk.connection.execute(sa.text(f"select * from identity.{table}"))
        found += [repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in rows]
    return "\n".join(found).casefold()


def test_an_export_holds_everything_and_is_json(desk: Desk) -> None:
    """Records, identifiers, consents with evidence, events with bodies, and where records belonged."""
    web, _ = shopper(desk)
    exported = erasure.export(desk.connection, desk.ctx, web.record, now=desk.now)
    text = orjson.dumps(exported).decode().casefold()
    for value in PERSONAL:
        assert value in text
    assert {record["source"] for record in exported["records"]} == {"web", "loyalty"}
    assert [event["kind"] for event in exported["events"]] == ["sale"]


def test_an_erased_shopper_answers_gone_everywhere(desk: Desk) -> None:
    """All her ids, also that of a record deleted before, answer that she was erased; nothing finds her."""
    web, card = shopper(desk)
    numbers = desk.erase(card.record)
    assert len(numbers) == 3
    for record in (web.record, card.record):
        with pytest.raises(ErasedError):
            desk.view(record)
        with pytest.raises(ErasedError):
            history.page(desk.connection, desk.ctx, record)
    with pytest.raises(ErasedError):
        records.get(desk.connection, desk.ctx, "web", "secret-key")
    assert desk.find(email="anna@example.at").status is FoundStatus.UNKNOWN
    assert desk.find(loyalty_card="9780000001").status is FoundStatus.UNKNOWN
    with pytest.raises(ErasedError):
        desk.erase(web.record)


def test_nothing_personal_is_left(desk: Desk) -> None:
    """What stays holds no value of hers, sealed or not: her records' and events' envelopes are gone, and what
    stewards wrote when they judged them.
    """
    web, card = shopper(desk)
    for verdict in (Verdict.DIFFERENT, Verdict.SAME):
        said: dict[str, Any] = {
            "verdict": verdict,
            "reason": "Frau Huber rang up.",
            "author": "s",
            "now": desk.now,
        }
        steward.judge(desk.connection, desk.ctx, [web.record], [card.record], **said)
    desk.erase(web.record)
    left = everything_stored(desk)
    for value in PERSONAL:
        assert value not in left
    for table in ("record", "event", "consent"):
        count = sa.text(f"select count(*) from identity.{table} where sealed is not null")
        assert desk.connection.scalar(count) == 0
    assert desk.connection.scalar(sa.text("select count(*) from identity.identifier")) == 0
    assert reviews.open_items(desk.connection) == ()


@pytest.mark.parametrize(
    ("source", "key", "identifiers", "attributes"),
    [
        ("web", "secret-key", {}, {}),
        ("loyalty", "9780000001", {}, ANNA),
        ("crm", "7", {}, {}),
        ("crm", "new", {"email": "anna@example.at"}, ANNA),
        ("crm", "new", {"loyalty_card": "9780000001"}, {}),
    ],
)
def test_the_nightly_feed_does_not_bring_her_back(
    desk: Desk, source: str, key: str, identifiers: dict[str, str], attributes: dict[str, Any]
) -> None:
    """Her record keys, and her values with her name or without any, are refused."""
    web, _ = shopper(desk)
    desk.erase(web.record)
    desk.later(days=1)
    with pytest.raises(SuppressedError):
        desk.put(source, key, identifiers, **attributes)


def test_somebody_else_with_her_email_is_welcome(desk: Desk) -> None:
    """Her husband, who shares the address, is not taken for her."""
    web, _ = shopper(desk)
    desk.erase(web.record)
    other = desk.put("crm", "new", {"email": "anna@example.at"}, given_name="Bernd", family_name="Huber")
    assert other.outcome == "new"


def test_she_comes_back_by_her_own_word(desk: Desk) -> None:
    """A consent given since, to somebody who can vouch for it, makes a new record under a new id."""
    web, _ = shopper(desk)
    desk.erase(web.record)
    desk.later(days=1)
    said = [Statement("cross_channel", granted=True, at=desk.now)]
    with pytest.raises(SuppressedError):
        desk.put("web", "secret-key", IDS, consents=said, proof=Assurance.TYPED, **ANNA)
    ahead = [Statement("cross_channel", granted=True, at=desk.now + dt.timedelta(days=1))]
    with pytest.raises(SuppressedError):  # what lies ahead nobody has said
        desk.put("web", "secret-key", IDS, consents=ahead, **ANNA)
    anew = desk.put("web", "secret-key", IDS, consents=said, proof=Assurance.AUTHENTICATED, **ANNA)
    assert anew.record != web.record
    assert anew.generation == 2
    with pytest.raises(ErasedError):
        desk.view(web.record)
    desk.erase(anew.record)
    with pytest.raises(ErasedError):
        desk.view(anew.record)


def test_whose_last_record_was_deleted_can_be_erased(desk: Desk) -> None:
    """What happened is emptied, her key hidden and kept out, and she answers that she was erased."""
    card = desk.put("loyalty", "9780000001", IDS, **ANNA)
    desk.happen("sale", "pos", CARD, article="sweater")
    desk.delete("loyalty", "9780000001")
    assert desk.erase(card.record) == (card.record_no,)
    left = everything_stored(desk)
    assert "9780000001" not in left
    assert (
        desk.connection.scalar(sa.text("select count(*) from identity.event where sealed is not null")) == 0
    )
    with pytest.raises(ErasedError):
        records.get(desk.connection, desk.ctx, "loyalty", "9780000001")
    with pytest.raises(SuppressedError):
        desk.put("loyalty", "9780000001")
    with pytest.raises(ErasedError):
        desk.erase(card.record)


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_whose_records_were_all_deleted_is_erased_as_a_whole(desk: Desk, asked: int) -> None:
    """By the id of any of them: all that stood together last goes, and nobody else does."""
    other = desk.put("crm", "8", {"email": "bernd@example.at"})
    hers = [
        desk.put(source, key, IDS, **ANNA) for source, key in (("web", "a"), ("crm", "7"), ("loyalty", "c"))
    ]
    desk.happen("sale", "pos", CARD, article="sweater")
    for source, key in (("crm", "7"), ("web", "a"), ("loyalty", "c"), ("crm", "8")):
        desk.delete(source, key)
    for each in hers:
        with pytest.raises(ErasedError):
            desk.view(each.record)
    assert set(desk.erase(hers[asked].record)) == {each.record_no for each in hers}
    for source, key in (("crm", "7"), ("web", "a"), ("loyalty", "c")):
        with pytest.raises(SuppressedError):
            desk.put(source, key)
    assert desk.put("crm", "8", {"email": "bernd@example.at"}).record == other.record


def test_who_comes_to_life_again_is_erased_with_what_went_before(desk: Desk) -> None:
    """The last record that was deleted is sent again: what was deleted before it is hers again."""
    web, card = desk.put("web", "a", IDS, **ANNA), desk.put("loyalty", "c", IDS, **ANNA)
    desk.delete("web", "a")
    desk.delete("loyalty", "c")
    desk.put("loyalty", "c", IDS, **ANNA)
    assert desk.profile_of(web.record) == card.record
    assert set(desk.erase(web.record)) == {web.record_no, card.record_no}


def test_a_record_that_comes_to_life_before_the_last_one_stands_alone(desk: Desk) -> None:
    """The one that was deleted last stays deleted, and can be erased by itself."""
    web, card = desk.put("web", "a", IDS, **ANNA), desk.put("loyalty", "c", IDS, **ANNA)
    desk.delete("web", "a")
    desk.delete("loyalty", "c")
    desk.put("web", "a", IDS, **ANNA)
    assert desk.erase(card.record) == (card.record_no,)
    assert desk.profile_of(web.record) == web.record


def test_one_of_many_who_share_a_browser_can_be_erased(desk: Desk) -> None:
    """Whoever signs in on it next is numbered like one who was erased, and can be erased as well."""
    account = {name: Claim("account_id", name, Assurance.AUTHENTICATED) for name in ("anna", "ben", "cara")}
    for name, claim in account.items():
        desk.put("web", name, {"account_id": name})
        desk.happen("sign_in", "web", claim, BROWSER)
        desk.later(minutes=5)
        desk.happen("page", "web", BROWSER)
        desk.later(days=1)
        if name != "anna":
            desk.erase(records.get(desk.connection, desk.ctx, "web", name).record)
    kept = desk.view(records.get(desk.connection, desk.ctx, "web", "anna").record)
    assert len(kept.members) == 2


def test_no_sign_in_keeps_her_account(desk: Desk) -> None:
    """Neither one without any browsing behind it, nor one that comes after the erasure: her browser goes on
    under a pseudonym, and nobody is told of.
    """
    account = Claim("account_id", "anna", Assurance.AUTHENTICATED)
    web = desk.put("web", "anna", {"account_id": "anna"}, **ANNA)
    desk.happen("sign_in", "web", account, BROWSER)
    desk.erase(web.record)
    desk.later(days=1)
    desk.happen("identify", "web", account, BROWSER)
    desk.happen("page", "web", BROWSER)
    rows = desk.connection.execute(sa.text("select device, sealed from identity.sign_in")).all()
    told = {desk.ctx.vault.unseal(bytes(sealed), browsers.place(device)) for device, sealed in rows}
    assert len(rows) == 2
    assert len(told) == 1
    assert b"anna" not in told
    assert desk.find(account_id="anna").status is FoundStatus.UNKNOWN


def test_who_comes_back_signs_in_as_herself(desk: Desk) -> None:
    """Her account bounds browsing again once a record of hers shows it."""
    account = Claim("account_id", "anna", Assurance.AUTHENTICATED)
    web = desk.put("web", "anna", {"account_id": "anna"}, **ANNA)
    desk.erase(web.record)
    desk.later(days=1)
    said = [Statement("cross_channel", granted=True, at=desk.now)]
    anew = desk.put("web", "anna", {"account_id": "anna"}, consents=said, **ANNA)
    desk.happen("sign_in", "web", account, BROWSER)
    desk.happen("page", "web", BROWSER)
    assert len(desk.view(anew.record).members) == 2


def test_who_came_back_can_be_erased_again(desk: Desk) -> None:
    """Also where an old sign-in was told of once more meanwhile."""
    account = Claim("account_id", "anna", Assurance.AUTHENTICATED)
    web = desk.put("web", "anna", {"account_id": "anna"}, **ANNA)
    signed_in_at = desk.now
    desk.happen("sign_in", "web", account, BROWSER)
    desk.erase(web.record)
    desk.later(days=1)
    said = [Statement("cross_channel", granted=True, at=desk.now)]
    anew = desk.put("web", "anna", {"account_id": "anna"}, consents=said, **ANNA)
    desk.happen("sign_in", "web", account, BROWSER, at=signed_in_at)
    desk.erase(anew.record)
    assert desk.connection.scalar(sa.text("select count(*) from identity.sign_in")) == 1


def test_what_she_left_is_no_evidence(desk: Desk) -> None:
    """Her address, typed on many days beside the card of nobody known, tells nobody of her again; beside the
    card of somebody else it may be theirs.
    """
    web, _ = shopper(desk)
    desk.erase(web.record)
    email = Claim("email", IDS["email"], Assurance.TYPED)
    desk.put("loyalty", "9780000002", {"loyalty_card": "9780000002"})
    desk.put("loyalty", "9780000003", {"loyalty_card": "9780000003"}, given_name="Bernd", family_name="Maier")
    for _ in range(4):
        desk.later(days=1)
        for number in ("9780000002", "9780000003"):
            desk.happen("sale", "pos", Claim("loyalty_card", number, Assurance.SCANNED), email)
    shown = [
        {each.type for each in records.get(desk.connection, desk.ctx, "loyalty", number).identifiers}
        for number in ("9780000002", "9780000003")
    ]
    assert shown == [{"loyalty_card"}, {"loyalty_card", "email"}]


def test_events_of_an_erased_shopper_are_not_kept(desk: Desk) -> None:
    """A sale with her card after the erasure belongs to nobody and makes no stub."""
    web, _ = shopper(desk)
    desk.erase(web.record)
    assert desk.happen("sale", "pos", CARD) is None


def test_the_feed_says_that_she_was_erased(desk: Desk) -> None:
    """Readers of the change feed learn which profile is gone."""
    web, _ = shopper(desk)
    desk.erase(web.record)
    told = changes.read(desk.connection)
    assert (told[-1].kind, told[-1].profile) == ("erased", web.record)


def test_what_comes_to_her_meanwhile_does_not_stay(
    database: Database, ctx: Context, now: dt.datetime
) -> None:
    """A record that somebody is just putting is waited for; then the erasure is to be asked for again."""
    card = [Claim("loyalty_card", "9780000001", Assurance.VERIFIED)]
    with database.transaction() as connection:
        web = records.put(connection, ctx, Submission("web", "anna", ANNA, card), now=now)

    def erase() -> int:
        with database.transaction() as connection:
            return len(erasure.erase(connection, ctx, web.record, reason="asked", now=now).numbers)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as putting:
            records.put(putting, ctx, Submission("crm", "7", ANNA, card), now=now)
            erasing = pool.submit(erase)
            while not _waits(putting):
                time.sleep(0.01)
        with pytest.raises(BusyError):
            erasing.result(timeout=30)
    assert erase() == 2


def _waits(connection: Connection) -> bool:
    waiting = (
        "select exists (select from pg_locks l join pg_database d on d.oid = l.database"
        " where not l.granted and d.datname = current_database())"
    )
    return bool(connection.scalar(sa.text(waiting)))


def test_whose_key_went_to_somebody_else_takes_it_from_nobody(desk: Desk) -> None:
    """Her source calls another shopper so by now, who is no less welcome for it."""
    anna = desk.put("crm", "1", given_name="Anna", family_name="Huber", date_of_birth="1980-05-17")
    berta: dict[str, Any] = {"given_name": "Berta", "family_name": "Maier", "date_of_birth": "1955-01-02"}
    assert desk.put("crm", "1", **berta).generation == 2
    gone = erasure.erase(desk.connection, desk.ctx, anna.record, reason="asked", now=desk.now)
    assert gone == ((anna.record_no,), ())
    assert desk.put("crm", "1", {"email": "berta@example.at"}, **berta).generation == 2
