"""Read 2 of the till route: one prepared call for all that a query must know of the moment.

A till's question is the same whoever stands there (`question` without a shopper, `People` elsewhere in the
statement), so it may travel together with that of who it is.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from offers import transaction_key
from offers.catalogue.snapshot import Asked
from offers.interests.interest_rules import is_open, join, merge
from offers.interests.want_list import unpack
from offers.marketing.limits import Kind
from offers.model import Left, Query, Shopper, Want
from offers.preferences import store as store_preferences
from offers.preferences.rules import Statement
from offers.queries.store_known_statement import GIVEN, Known, Parts, People
from offers.store_driver import array, prepared_row

_NONE: Final = array(())


class Moment(NamedTuple):
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


class Question(NamedTuple):
    """What is to be asked of the moment, with the values of its parameters."""

    known: Known
    values: Sequence[Any]
    is_narrow: bool


def question(
    query: Query,
    shopper: Shopper | None,
    asked: Asked,
    *,
    basket: Collection[int] | None,
    with_groups: bool,
    with_stock: bool,
    with_uses: bool,
    now: datetime,
    people: People = GIVEN,
    first: int = 1,
) -> Question:
    """What a query must know.

    `basket`: of wants, only those of these products matter. `with_groups`: purchases of other variants of the
    wanted products matter too. `with_stock`: so does what the store has of them. `with_uses`: live campaigns
    count how often a person used them. `people` are found in the statement, else given by `shopper`.
    """
    key = query.transaction
    roomy, daily = array(asked.roomy), array(asked.daily)
    known = Known.of(
        Parts(
            basket=basket is not None,
            groups=with_groups,
            stock=with_stock and query.place.store_no is not None,
            room=roomy != _NONE,
            daily=daily != _NONE,
            uses=with_uses and (shopper is not None or people is not GIVEN),
        ),
        people,
        first,
    )
    values = {
        "now": now,
        "members": array(shopper.members if shopper is not None and shopper.personal else ()),
        "limit_members": array(shopper.limit_members if shopper is not None else ()),
        "roomy": roomy,
        "daily": daily,
        "spend_minor": _spend(query),
        "currency": query.basket.currency if query.basket is not None else query.place.currency,
        "store_no": query.place.store_no,
        "business_day": key.business_day if key is not None else None,
        "terminal": key.terminal if key is not None else None,
        "number": key.number if key is not None else None,
        "digest": transaction_key.digest(key) if key is not None else None,
        "in_basket": array(basket or ()),
    }
    return Question(known, [values[name] for name in known.parameters], basket is not None)


def read(connection: Connection, asked: Question) -> Moment:
    """What a query must know: one prepared statement, and one more for a person with preferences."""
    known = asked.known
    (told,) = prepared_row(connection, f"offers_{known.name}", known.types, known.text, asked.values)
    return moment(connection, asked, msgspec.json.decode(told))


def moment(connection: Connection, asked: Question, row: Sequence[Any]) -> Moment:
    """What was told in the columns of `Known`; one more statement for a person with preferences."""
    choosy = row[8]
    said = store_preferences.read(connection, choosy) if choosy else []
    return _moment(row, said, _wants_of_basket(row[9] or ()) if asked.is_narrow else _wants(*row[9:12]))


def _spend(query: Query) -> int | None:
    """The most that this query can take out of a budget; None on a screen, which shows more than the
    basket.
    """
    if query.channel != "till" or query.basket is None:
        return None
    return sum([line.amount_minor for line in query.basket.lines])


def _moment(row: Sequence[Any], said: list[Statement], wants: dict[int, Want]) -> Moment:
    version, assortment_version, here, stopped, pinned_at, pinned, held_at, held = row[:8]
    stock, room, uses = row[12:]
    redeemed: dict[int, tuple[int, ...]] = {}
    for campaign_no, at_s in uses or ():
        redeemed[campaign_no] = (*redeemed.get(campaign_no, ()), at_s)
    return Moment(
        version=version,
        assortment_version=assortment_version,
        stopped_here=here,
        stopped=frozenset(stopped),
        # A redemption tells when its prices were made; a pin, when the transaction began.
        price_time=_instant(held_at or pinned_at),
        revision=max((one for one in (pinned, held) if one is not None), default=None),
        wants=wants,
        stock=dict(stock or ()),
        room=_room(room) if room else {},
        redeemed=redeemed,
        preferences=said,
    )


def _instant(spelt: str | None) -> datetime | None:
    return datetime.fromisoformat(spelt) if spelt is not None else None


def _wants(
    products: str | None, facts: str | None, closing: Iterable[Sequence[int]] | None
) -> dict[int, Want]:
    """The members' lists together, with what others of them bought or took out of the cart since."""
    wants = merge(unpack(map(int, products.split(",")), bytes.fromhex(facts or ""))) if products else {}
    for closed in closing or ():
        want = Want(*closed)
        known = wants.get(want.product_no)
        wants[want.product_no] = want if known is None else join(known, want)
    return wants


def _wants_of_basket(rows: Iterable[Sequence[int]]) -> dict[int, Want]:
    """What a list would say: products that a member still wants, with what all members did with them."""
    done = [Want(*row) for row in rows]
    wanted = {want.product_no for want in done if is_open(want)}
    return merge(want for want in done if want.product_no in wanted)


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
