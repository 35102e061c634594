"""Read 2 of the till route: one prepared call for all that a query must know of the moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from offers import transaction_key
from offers.interest_rules import merge
from offers.limits import Kind
from offers.model import Left, Query, Shopper, Want
from offers.preferences.rules import Statement
from offers.snapshot import Asked
from offers.store_driver import driver_cursor
from offers.want_list import unpack

# psycopg2 has a plain statement parsed and planned at every call; prepared, the call takes half the time.
_PREPARE = """
    PREPARE offers_known (
        timestamptz, bigint[], bigint[], bigint[], bigint[], boolean, boolean, bigint, text, bigint, date,
        text, text, bigint) AS
    SELECT version, assortment_version, stopped_here, stopped_campaigns, price_time, revision, products,
    facts, closing, stock, room, uses, preferences
      FROM offers.known($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
_EXECUTE = f"EXECUTE offers_known ({', '.join(['%s'] * 14)})"
_PREPARED = "offers_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the database knows now. `price_time` and `revision` are those the transaction was answered
    with.
    """

    version: int
    assortment_version: int
    stopped_here: bool
    stopped: frozenset[int]
    price_time: datetime | None
    revision: int | None
    wants: dict[int, Want]
    stock: dict[int, int]
    room: dict[int, Left]
    redeemed: dict[int, tuple[int, ...]]
    preferences: list[Statement]


def read(
    connection: Connection,
    query: Query,
    shopper: Shopper | None,
    asked: Asked,
    *,
    with_groups: bool,
    with_stock: bool,
    now: datetime,
) -> Moment:
    """What a query must know. One statement on the driver's cursor, prepared once per connection.

    `with_groups`: purchases of other variants of the wanted products matter too. `with_stock`: so does what
    the store has of them.
    """
    key = query.transaction
    values = (
        now,
        _array(shopper.members if shopper is not None and shopper.personal else ()),
        _array(shopper.limit_members if shopper is not None else ()),
        _array(asked.roomy),
        _array(asked.daily),
        with_groups,
        with_stock and query.place.store_no is not None,
        _spend(query),
        query.basket.currency if query.basket is not None else query.place.currency,
        query.place.store_no,
        key.business_day if key is not None else None,
        key.terminal if key is not None else None,
        key.number if key is not None else None,
        transaction_key.digest(key) if key is not None else None,
    )
    with driver_cursor(connection) as cursor:
        if _PREPARED not in connection.info:
            cursor.execute(_PREPARE)
            connection.info[_PREPARED] = True
        cursor.execute(_EXECUTE, values)
        row = cursor.fetchone()
    assert row is not None
    return _moment(row)


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _spend(query: Query) -> int | None:
    """The most that this query can take out of a budget; None on a screen, which shows more than the
    basket.
    """
    if query.channel != "till" or query.basket is None:
        return None
    return sum([line.amount_minor for line in query.basket.lines])


def _moment(row: Sequence[Any]) -> Moment:
    version, assortment_version, here, stopped, price_time, revision = row[:6]
    products, facts, closing, stock, room, uses, said = row[6:]
    wants = merge(unpack(products, facts)) if products else {}
    for closed in closing or ():
        want = Want(*closed)
        held = wants.get(want.product_no)
        wants[want.product_no] = (
            want if held is None else Want(want.product_no, *map(max, held[1:], want[1:]))
        )
    redeemed: dict[int, tuple[int, ...]] = {}
    for campaign_no, at_s in uses or ():
        redeemed[campaign_no] = (*redeemed.get(campaign_no, ()), at_s)
    return Moment(
        version=version,
        assortment_version=assortment_version,
        stopped_here=here,
        stopped=frozenset(stopped),
        price_time=price_time,
        revision=revision,
        wants=wants,
        stock=dict(stock or ()),
        room=_room(room or ()),
        redeemed=redeemed,
        preferences=[_statement(*one) for one in said or ()],
    )


def _statement(kind: Any, subject: str, stated_at_s: str, until_s: str, holds: str) -> Statement:
    return Statement(kind, subject, int(stated_at_s), int(until_s), holds == "true")


def _room(rows: Iterable[Sequence[int]]) -> dict[int, Left]:
    by_campaign: dict[int, dict[int, int]] = {}
    for campaign_no, kind, room in rows:
        by_campaign.setdefault(campaign_no, {})[kind] = room
    return {
        campaign_no: Left(
            uses=kinds.get(Kind.USES),
            store_day=kinds.get(Kind.STORE_DAY),
            budget_minor=kinds.get(Kind.BUDGET),
        )
        for campaign_no, kinds in by_campaign.items()
    }
