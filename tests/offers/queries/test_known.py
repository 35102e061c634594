"""What one read of the store tells a query, and how many statements a query costs."""

from typing import Any

import psycopg2.extensions
import pytest
from sqlalchemy import Connection

from gateway.database import Database
from offers.catalogue.snapshot import Asked
from offers.interests import interest
from offers.interests.interest import Touch
from offers.marketing.campaign import Interest, Scope
from offers.model import Query, Want
from offers.queries import store_known
from offers.retailer import products
from offers.retailer.shop import Article, Shelf
from tests.offers.floor import NOW, Till, campaign, context, furnish, key, limited, place, shopper

NOTHING = Asked((), ())


def _known(
    connection: Connection, *members: int, with_groups: bool = False, basket: frozenset[int] | None = None
) -> store_known.Moment:
    asked = Query(channel="kiosk", place=place(connection), price_time=NOW)
    who = shopper(*members) if members else None
    question = store_known.question(
        asked,
        who,
        NOTHING,
        basket=basket,
        with_groups=with_groups,
        with_stock=True,
        with_uses=True,
        now=NOW,
    )
    return store_known.read(connection, question)


def test_wants_of_all_members_are_merged(till: Till) -> None:
    """Viewed with one account, carted with another: one want."""
    interest.apply(till.connection, [Touch(1, 7, "viewed", 100), Touch(2, 7, "carted", 200)])
    assert _known(till.connection, 1, 2).wants == {7: Want(7, viewed_at_s=100, carted_at_s=200)}


def test_what_another_member_bought_closes_the_want(till: Till) -> None:
    """Wanted online, bought with the card: the purchase is not in the account's list, and still seen."""
    interest.apply(till.connection, [Touch(1, 7, "viewed", 100), Touch(2, 7, "bought", 200)])
    assert _known(till.connection, 1, 2).wants == {7: Want(7, viewed_at_s=100, bought_at_s=200)}
    assert _known(till.connection, 1).wants == {7: Want(7, viewed_at_s=100)}


@pytest.mark.parametrize("members", [(1,), (2,), (1, 2)])
def test_a_basket_asks_for_its_own_products_alone(till: Till, members: tuple[int, ...]) -> None:
    """Of each product in the basket it learns what the members' lists of wants would say."""
    interest.apply(
        till.connection,
        [
            Touch(1, 7, "viewed", 100),
            Touch(2, 7, "bought", 200),
            Touch(1, 8, "carted", 100),
            Touch(2, 8, "removed", 150),
            Touch(2, 9, "bought", 100),
            Touch(1, 5, "viewed", 100),
        ],
    )
    listed = _known(till.connection, *members).wants
    for basket in (frozenset[int](), frozenset({7}), frozenset({7, 8, 9})):
        found = _known(till.connection, *members, basket=basket).wants
        assert found == {number: want for number, want in listed.items() if number in basket}


def test_another_variant_that_was_bought_is_seen_where_groups_count(till: Till) -> None:
    """Who bought the blue sweater no longer wants the red one."""
    red, blue = (Article(sku=sku, title=sku, group="knit") for sku in ("RED", "BLUE"))
    products.put(till.connection, [red, blue])
    numbers = products.numbers(till.connection, ["RED", "BLUE"])
    interest.apply(
        till.connection, [Touch(1, numbers["RED"], "viewed", 100), Touch(1, numbers["BLUE"], "bought", 200)]
    )
    assert numbers["BLUE"] not in _known(till.connection, 1).wants
    assert _known(till.connection, 1, with_groups=True).wants[numbers["BLUE"]].bought_at_s == 200


def test_stock_of_the_wanted_products_is_the_stores_own(till: Till) -> None:
    """Only what is wanted is looked up, in thousandths."""
    number = products.numbers(till.connection, ["SWEATER"])["SWEATER"]
    products.put_stock(
        till.connection,
        [Shelf("0042", "SWEATER", 3000), Shelf("0042", "SOCKS", 9000), Shelf("9", "SOCKS", 1)],
    )
    interest.apply(till.connection, [Touch(1, number, "viewed", 100)])
    assert _known(till.connection, 1).stock == {number: 3000}


def test_nobody_known_has_no_wants(till: Till) -> None:
    """Without a shopper the read still says what is live."""
    found = _known(till.connection)
    assert (found.wants, found.stock, found.redeemed) == ({}, {}, {})


def test_a_basket_sees_what_was_wanted_online(till: Till) -> None:
    """The carted sweater in the basket gets its discount, the socks do not."""
    number = products.numbers(till.connection, ["SWEATER"])["SWEATER"]
    at_s = int(NOW.timestamp()) - 3600
    interest.apply(till.connection, [Touch(1, number, "carted", at_s)])
    trigger = Interest(frozenset({"carted"}), minimum_age_s=60, maximum_age_s=86_400)
    campaign(till.connection, trigger=trigger, scope=Scope(wanted="item"))
    who = shopper(1, 2)
    assert [effect.amount for effect in till.answer(who=who).decision.effects] == [100]
    assert till.answer(who=who, sku="SOCKS").decision.effects == ()
    interest.apply(till.connection, [Touch(2, number, "bought", at_s + 60)])
    assert till.answer(who=who).decision.effects == ()


@pytest.mark.parametrize(("mode", "budget"), [("quote", 1), ("reserve", 7)])
def test_a_query_costs_so_many_statements(database: Database, mode: str, budget: int) -> None:
    """A quote is one read beside the shopper's. A reserve writes what it answers, in so many steps."""
    ctx = context(database.transaction)
    with database.transaction() as connection:
        furnish(connection)
        limited(connection, total=1000, per_profile=5)
        Till(connection, ctx).answer(who=shopper(1))
    with database.transaction() as connection:
        Till(connection, ctx).answer(key(), who=shopper(1))
    with database.transaction() as connection:
        seen = _spy(connection)
        Till(connection, ctx).answer(key(), who=shopper(1), mode=mode)
    assert len(seen) <= budget, seen
    ctx.log.close()


def _spy(connection: Connection) -> list[str]:
    """What the connection sends from now on, also on the driver's own cursors; what a session prepares once
    does not count.
    """
    seen: list[str] = []
    driver: Any = connection.connection.driver_connection

    class Spying(psycopg2.extensions.cursor):
        def execute(self, query: Any, values: Any = None) -> None:
            if not str(query).startswith("PREPARE"):
                seen.append(str(query))
            super().execute(query, values)

    driver.cursor_factory = Spying
    return seen
