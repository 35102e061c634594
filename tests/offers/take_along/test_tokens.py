"""Offers to take along: one offer, one use, one transaction at a time."""

import datetime as dt
import threading
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from gateway.database import Database
from offers.model import Only, TransactionKey
from offers.retailer import stores
from offers.retailer.shop import Store
from offers.take_along import tokens
from offers.take_along.store_tokens import Owner
from offers.take_along.tokens import Dead, Token

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
PROFILE = UUID("01938a3e-0000-7000-8000-000000000001")
OWNER = Owner(PROFILE, 17)
OTHER = Owner(UUID("01938a3e-0000-7000-8000-000000000002"), 18)
TOKEN = bytes(range(16))
OFFER = "left-in-your-cart.3.SWEATER-M"


def store_no(connection: Connection) -> int:
    """A store to stand in."""
    stores.put(
        connection, [Store(code="0042", name="Vienna", zone="Europe/Vienna", currency="EUR", country="AT")]
    )
    found: int = connection.execute(
        text("select store_no from offers.store where code = '0042'")
    ).scalar_one()
    return found


def receipt(number: str) -> TransactionKey:
    """A transaction at till 07."""
    return TransactionKey(store="0042", terminal="07", business_day=dt.date(2026, 11, 21), number=number)


def issue(connection: Connection, token: bytes = TOKEN, *, ends_at: dt.datetime | None = None) -> None:
    """Give out a token."""
    tokens.issue(connection, OWNER, [(OFFER, ends_at, token)], now=NOW)


def claim(
    connection: Connection, number: str, *, store: int, now: dt.datetime = NOW, token: bytes = TOKEN
) -> Token | Dead:
    """Show a token at till 07."""
    return tokens.claim(connection, token, receipt(number), store_no=store, now=now)


def redeem(connection: Connection, number: str, *, store: int, **item: Any) -> None:
    """What the ledger keeps of a transaction that used an offer."""
    values = {"offer": OFFER, "state": "committed", "uses": 1, "expires_at": NOW + HOUR, **item}
    redemption = connection.execute(
        text(
            "insert into offers.redemption (id, store_no, terminal, business_day, number, revision, state,"
            " expires_at, occurred_at, received_at) values (gen_random_uuid(), :store, '07', '2026-11-21',"
            " :number, 1, :whole, :expires_at, :now, :now) returning redemption_no"
        ),
        {
            "store": store,
            "number": number,
            "now": NOW,
            "expires_at": values["expires_at"],
            "whole": "committed" if values["state"] == "returned" else values["state"],
        },
    ).scalar_one()
    connection.execute(
        text(
            "insert into offers.redemption_item (redemption_no, item, campaign_no, offer, line,"
            " quantity_milli, uses, desired_minor, granted_minor, state, used_at)"
            " values (:redemption, 1, 1, :offer, '1', 1000, :uses, 100, 100, :state, :now)"
        ),
        {
            "redemption": redemption,
            "now": NOW,
            "offer": values["offer"],
            "uses": values["uses"],
            "state": values["state"],
        },
    )


def test_a_token_stands_for_its_offer_until_it_expires(connection: Connection) -> None:
    """Campaign and product of one profile; looking at it uses nothing up."""
    issue(connection, ends_at=NOW + HOUR)
    for _ in range(2):
        assert tokens.look_at(connection, TOKEN, now=NOW) == Token(
            PROFILE, Only("left-in-your-cart", "SWEATER-M"), NOW + HOUR
        )
    assert tokens.look_at(connection, TOKEN, now=NOW + HOUR) == Dead("expired")
    assert tokens.look_at(connection, bytes(16), now=NOW) == Dead("unknown")


def test_a_token_lasts_no_longer_than_its_bounds(connection: Connection) -> None:
    """A day where the offer has no end, two weeks at most, and an offer that is over gives none."""
    issue(connection, bytes([1] * 16))
    issue(connection, bytes([2] * 16), ends_at=NOW + 1000 * HOUR)
    issue(connection, bytes([3] * 16), ends_at=NOW)
    found = [tokens.look_at(connection, bytes([number] * 16), now=NOW) for number in (1, 2, 3)]
    assert [one.expires_at - NOW for one in found if isinstance(one, Token)] == [24 * HOUR, 14 * 24 * HOUR]
    assert found[2] == Dead("unknown")


def test_only_a_digest_is_stored(connection: Connection) -> None:
    """Whoever reads the table cannot make a code of it."""
    issue(connection)
    row = connection.execute(text("select * from offers.offer_token")).one()
    assert TOKEN not in [bytes(value) for value in row if isinstance(value, memoryview | bytes)]


def test_one_transaction_at_a_time_has_a_token(connection: Connection) -> None:
    """The same one may ask again with every line; another is told that it is used, also at a kiosk."""
    store = store_no(connection)
    issue(connection)
    assert isinstance(claim(connection, "1", store=store), Token)
    assert isinstance(claim(connection, "1", store=store, now=NOW + HOUR / 60), Token)
    assert claim(connection, "2", store=store, now=NOW + HOUR / 60) == Dead("used")
    assert tokens.look_at(connection, TOKEN, now=NOW + HOUR / 60) == Dead("used")


def test_a_till_that_redeems_nothing_gives_the_token_back(connection: Connection) -> None:
    """After a quarter of an hour another transaction may have it."""
    store = store_no(connection)
    issue(connection)
    claim(connection, "1", store=store)
    assert isinstance(claim(connection, "2", store=store, now=NOW + tokens.CLAIM_LAPSES), Token)


@pytest.mark.parametrize(
    ("item", "used"),
    [
        ({"state": "committed"}, True),
        ({"state": "returned"}, True),
        ({"state": "reserved", "expires_at": NOW + 2 * HOUR}, True),
        ({"state": "reserved", "expires_at": NOW + HOUR / 2}, False),
        ({"state": "voided"}, False),
        ({"state": "reversed"}, False),
        ({"state": "committed", "offer": "another-campaign.1.SWEATER-M"}, False),
        ({"state": "committed", "uses": 0}, False),
    ],
)
def test_what_the_transaction_redeemed_decides(
    connection: Connection, item: dict[str, Any], used: bool
) -> None:
    """Held or used means used; voided, reversed, expired, refused or another campaign's gives it back."""
    store = store_no(connection)
    issue(connection)
    claim(connection, "1", store=store)
    redeem(connection, "1", store=store, **item)
    later = claim(connection, "2", store=store, now=NOW + HOUR)
    assert later == Dead("used") if used else isinstance(later, Token)


def test_an_expired_token_still_serves_the_transaction_that_has_it(connection: Connection) -> None:
    """A basket that is being scanned at closing time keeps its offer; a new one does not get it."""
    store = store_no(connection)
    issue(connection, ends_at=NOW + HOUR / 60)
    claim(connection, "1", store=store)
    assert isinstance(claim(connection, "1", store=store, now=NOW + HOUR / 6), Token)
    assert claim(connection, "2", store=store, now=NOW + HOUR) == Dead("expired")


def test_looking_again_and_again_keeps_the_newest_codes(connection: Connection) -> None:
    """Of one offer's unused tokens five work; a claimed one is not taken away."""
    store = store_no(connection)
    issue(connection)
    claim(connection, "1", store=store)
    made = [bytes([number] * 16) for number in range(20, 29)]
    for number, token in enumerate(made):
        tokens.issue(connection, OWNER, [(OFFER, None, token)], now=NOW + number * HOUR / 60)
    live = [isinstance(tokens.look_at(connection, token, now=NOW + HOUR), Token) for token in made]
    assert live == [False] * 4 + [True] * 5
    assert isinstance(claim(connection, "1", store=store), Token)


def test_forgetting_a_profile_forgets_its_tokens_only(connection: Connection) -> None:
    """Erasure leaves other people's codes alone."""
    issue(connection)
    tokens.issue(connection, OTHER, [(OFFER, None, bytes(16))], now=NOW)
    assert tokens.forget(connection, [OWNER.record_no, 99]) == 1
    assert tokens.look_at(connection, TOKEN, now=NOW) == Dead("unknown")
    assert isinstance(tokens.look_at(connection, bytes(16), now=NOW), Token)


def test_no_token_for_what_is_no_offer(connection: Connection) -> None:
    """A text that never was an offer's id is the caller's mistake."""
    with pytest.raises(ValueError, match="no offer id"):
        tokens.issue(connection, OWNER, [("nonsense", None, TOKEN)], now=NOW)


def test_of_tills_that_show_one_photograph_at_once_one_has_the_offer(database: Database) -> None:
    """Eight tills race with real connections; the database lets one through."""
    with database.transaction() as connection:
        store = store_no(connection)
        issue(connection)
    barrier = threading.Barrier(8)
    results: list[Token | Dead] = []

    def show(number: int) -> None:
        barrier.wait()
        with database.transaction() as connection:
            results.append(claim(connection, str(number), store=store))

    tills = [threading.Thread(target=show, args=(number,)) for number in range(8)]
    for till in tills:
        till.start()
    for till in tills:
        till.join()
    assert sum(isinstance(result, Token) for result in results) == 1
    assert results.count(Dead("used")) == 7
