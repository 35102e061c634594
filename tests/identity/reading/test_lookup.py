"""Lookups answer with one shopper, nobody, or a choice, and never make anybody."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import psycopg2.extensions
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from identity.answers import FoundStatus
from identity.model import Assurance
from identity.reading import lookup, shopper
from identity.submission import Claim, Statement
from tests.identity.desk import Desk

PHONE: dict[str, Any] = {"phone": "+43 664 1234567"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber", "postcode": "1010", "country": "AT"}
BERND: dict[str, Any] = {"given_name": "Bernd", "family_name": "Huber", "postcode": "8010", "country": "AT"}


def test_nobody_is_made(desk: Desk) -> None:
    """Asking for somebody unknown answers so and stores nothing."""
    assert desk.find(email="nobody@example.at").status is FoundStatus.UNKNOWN
    assert desk.connection.scalar(sa.text("select count(*) from identity.record")) == 0


def test_one_shopper_is_known(desk: Desk) -> None:
    """A phone that one person shows finds her, however it is written."""
    anna = desk.put("web", "u1", PHONE, **ANNA)
    found = desk.find(phone="0664 123 45 67")
    assert (found.status, found.profile) == (FoundStatus.KNOWN, anna.profile)


def test_a_family_phone_gives_masked_choices(desk: Desk) -> None:
    """Two people behind one phone: a choice of masked postcodes, each an opaque token for ten minutes."""
    anna = desk.put("web", "u1", PHONE, **ANNA)
    bernd = desk.put("web", "u2", PHONE, **BERND)
    found = desk.find(**PHONE)
    assert found.status is FoundStatus.AMBIGUOUS
    assert found.profile is None
    assert [choice.masked for choice in found.choices] == [{"postcode": "..10"}, {"postcode": "..10"}]
    chosen = [
        lookup.chosen(desk.connection, desk.ctx, choice.choice, now=desk.now).profile
        for choice in found.choices
    ]
    assert chosen == [anna.profile, bernd.profile]
    desk.later(minutes=11)
    late = lookup.chosen(desk.connection, desk.ctx, found.choices[0].choice, now=desk.now)
    assert late.status is FoundStatus.UNKNOWN
    forged = lookup.chosen(desk.connection, desk.ctx, "AAAA", now=desk.now)
    assert forged.status is FoundStatus.UNKNOWN


@pytest.mark.parametrize("hint", [{"given_name": "Ann"}, {"postcode": "1010"}, {"given_name": "anna"}])
def test_a_hint_narrows(desk: Desk, hint: dict[str, str]) -> None:
    """A given name or a postcode tells family members apart."""
    anna = desk.put("web", "u1", PHONE, **ANNA)
    desk.put("web", "u2", PHONE, **BERND)
    assert desk.find(hint, **PHONE).profile == anna.profile


def test_a_hint_never_chooses_what_does_not_fit(desk: Desk) -> None:
    """A hint that fits nobody leaves the choice open."""
    desk.put("web", "u1", PHONE, **ANNA)
    desk.put("web", "u2", PHONE, **BERND)
    assert desk.find({"given_name": "Zoe"}, **PHONE).status is FoundStatus.AMBIGUOUS


def test_a_second_identifier_narrows(desk: Desk) -> None:
    """An e-mail beside the family's phone decides."""
    desk.put("web", "u1", PHONE | {"email": "anna@example.at"}, **ANNA)
    bernd = desk.put("web", "u2", PHONE | {"email": "bernd@example.at"}, **BERND)
    assert desk.find(email="bernd@example.at", **PHONE).profile == bernd.profile


def test_a_person_in_parts_answers_with_the_part_of_the_channel(desk: Desk) -> None:
    """Without consent the store sees the store's part and the shop its own."""
    mail = {"email": "anna@example.at"}
    web = desk.put("web", "u1", mail, **ANNA)
    card = desk.put("loyalty", "c1", mail, **ANNA)
    assert desk.find(channel="online", email="anna@example.at").profile == web.profile
    assert desk.find(channel="store", email="anna@example.at").profile == card.profile
    assert desk.find(email="anna@example.at").status is FoundStatus.KNOWN


def test_asserted_claims_find_nobody(desk: Desk) -> None:
    """What a browser asserts answers nothing."""
    desk.put("web", "u1", {"email": "anna@example.at"}, **ANNA)
    claims = [Claim("email", "anna@example.at", Assurance.ASSERTED)]
    found = lookup.find(desk.connection, desk.ctx, claims, now=desk.now)
    assert found.status is FoundStatus.UNKNOWN


def test_the_hot_path_is_one_statement(
    desk: Desk, connection: Connection, statements_of: Callable[[Engine], Any]
) -> None:
    """Whoever stands at the till is read by one statement of the driver's cursor and none of ours."""
    said = [Statement("cross_channel", granted=True, at=desk.now)]
    web = desk.put("web", "u1", {"loyalty_card": "9780000001"}, consents=said, x_tier="gold", **ANNA)
    card = desk.put("loyalty", "c1", {"loyalty_card": "9780000001"}, **ANNA)
    probes = shopper.probes(desk.ctx, [Claim("loyalty_card", "9780000001", Assurance.SCANNED)])
    shopper.read(connection, probes, now=desk.now)  # from here on the session knows the statement
    counted: list[str] = []

    class Counting(psycopg2.extensions.cursor):
        """A cursor that counts."""

        def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  (the driver's name)
            counted.append(str(query))
            super().execute(query, vars)

    driver: Any = connection.connection.driver_connection
    driver.cursor_factory = Counting
    try:
        with statements_of(connection.engine) as seen:
            reading = shopper.read(connection, probes, now=desk.now, channel="store")
    finally:
        driver.cursor_factory = psycopg2.extensions.cursor
    assert (len(counted), seen) == (1, [])
    (head,) = reading.heads
    assert (reading.status, reading.by, reading.proof) == ("known", "loyalty_card", Assurance.VERIFIED)
    assert (head.profile, head.personal, head.tier) == (str(web.profile), True, "gold")
    assert head.members == head.limit_members == (web.record_no, card.record_no)


def test_an_identifier_finds_its_shopper_while_it_is_valid(desk: Desk) -> None:
    """A card answers neither before its validity begins nor after it ends."""
    desk.put("web", "u1", **ANNA)
    begins, ends = desk.now + dt.timedelta(days=1), desk.now + dt.timedelta(days=3)
    claim = Claim("loyalty_card", "9780000001", Assurance.VERIFIED, valid_from=begins, valid_to=ends)
    from identity.register import records
    from identity.submission import Submission

    records.put(desk.connection, desk.ctx, Submission("loyalty", "c1", {}, [claim]), now=desk.now)
    assert desk.find(loyalty_card="9780000001").status is FoundStatus.UNKNOWN
    desk.later(days=2)
    assert desk.find(loyalty_card="9780000001").status is FoundStatus.KNOWN
    desk.later(days=2)
    assert desk.find(loyalty_card="9780000001").status is FoundStatus.UNKNOWN
