"""Read 2 of the till route: one prepared call for all that a query must know of the moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from offers.catalogue.snapshot import Asked
from offers.interests.interest_rules import merge
from offers.interests.want_list import unpack
from offers.model import Left, Query, Shopper, Want
from offers.preferences.rules import Statement
from offers.redemptions import transaction_key
from offers.redemptions.limits import Kind
from offers.store_driver import array, prepared_row

_TYPES: Final = (
    "timestamptz, bigint[], bigint[], bigint[], bigint[], boolean, boolean, bigint, text, bigint, date, text,"
    " text, bigint"
)
# products, facts  the wants of the members: product numbers, and beside each six unsigned 32-bit instants
# closing          what other members bought or took out of the cart among the wanted products
# stock            with $7 [product_no, thousandths] of the wanted products at the store
# room             [campaign_no, kind, what is left] of the campaigns asked for; only where something binds: a
#                  total that is used up, a budget that this basket of $8 may reach the end of
# uses             [campaign_no, instant] of each use by the person, without those of this transaction
# preferences      [kind, subject, stated, until, holds] of what the members asked not to be shown
#
# One plain statement: PL/pgSQL sets its expressions up anew in every transaction, and here each call is one.
# What few queries need stands behind a CASE, which runs nothing that it does not take.
_KNOWN: Final = """
    SELECT c.version, c.assortment_version, c.stopped_all OR coalesce($10 = ANY (c.stopped_stores), false),
           c.stopped_campaigns, p.price_time, p.revision, r.price_time, r.revision, w.products, w.facts,
           CASE WHEN w.closers IS NOT NULL AND w.products IS NOT NULL AND ($6 OR cardinality($2) > 1) THEN
               offers.closing(w.closers, string_to_array(w.products, ',')::integer[], $6) END,
           CASE WHEN $7 AND w.products IS NOT NULL THEN (
               SELECT array_agg(ARRAY[s.product_no, s.quantity_milli]) FROM offers.stock AS s
                WHERE s.store_no = $10
                  AND s.product_no = ANY (string_to_array(w.products, ',')::bigint[])) END,
           CASE WHEN EXISTS (
                    SELECT FROM offers.capacity AS k
                     WHERE k.campaign_no = ANY ($4) AND k.kind >= 2 AND k.subject IN ('', $9)
                       AND (k.taken >= k.cap OR k.kind = 3 AND ($8 IS NULL OR k.cap - k.taken < $8)))
                  OR EXISTS (
                    SELECT FROM offers.capacity AS k
                     WHERE k.campaign_no = ANY ($5) AND k.kind = 1 AND k.subject = $10::text
                       AND k.bucket = $11::text AND k.taken >= k.cap)
                THEN offers.room($4, $5, $10::text, $11::text, $9, r.redemption_no, $1) END,
           CASE WHEN cardinality($3) > 0 THEN (
               SELECT array_agg(ARRAY[i.campaign_no, extract(epoch FROM i.used_at)::bigint])
                 FROM offers.redemption_item AS i
                WHERE i.record_no = ANY ($3) AND i.uses > 0
                  AND (i.state = 'committed' OR i.state = 'reserved' AND i.expires_at > $1
                       AND i.redemption_no IS DISTINCT FROM r.redemption_no)) END,
           CASE WHEN w.choosy IS NOT NULL THEN (
               SELECT array_agg(ARRAY[s.kind, s.subject, s.stated_at_s::text, s.until_s::text, s.holds::text])
                 FROM offers.preference AS s WHERE s.record_no = ANY (w.choosy)) END
      FROM offers.catalogue AS c
      LEFT JOIN offers.pin AS p ON p.transaction_digest = $14
      LEFT JOIN offers.redemption AS r
        ON r.store_no = $10 AND r.terminal = $12 AND r.business_day = $11 AND r.number = $13
     CROSS JOIN LATERAL (
           SELECT string_agg(array_to_string(m.products, ','), ',')
                      FILTER (WHERE cardinality(m.products) > 0) AS products,
                  string_agg(m.facts, '') AS facts,
                  array_agg(m.record_no) FILTER (WHERE m.closed_at_s > 0) AS closers,
                  array_agg(m.record_no) FILTER (WHERE m.has_preferences) AS choosy
             FROM offers.wants AS m WHERE m.record_no = ANY ($2)) AS w
     WHERE c.single
"""


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
    """What a query must know: one prepared statement.

    `with_groups`: purchases of other variants of the wanted products matter too. `with_stock`: so does what
    the store has of them.
    """
    key = query.transaction
    values = (
        now,
        array(shopper.members if shopper is not None and shopper.personal else ()),
        array(shopper.limit_members if shopper is not None else ()),
        array(asked.roomy),
        array(asked.daily),
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
    return _moment(prepared_row(connection, "offers_known", _TYPES, _KNOWN, values))


def _spend(query: Query) -> int | None:
    """The most that this query can take out of a budget; None on a screen, which shows more than the
    basket.
    """
    if query.channel != "till" or query.basket is None:
        return None
    return sum([line.amount_minor for line in query.basket.lines])


def _moment(row: Sequence[Any]) -> Moment:
    version, assortment_version, here, stopped, pinned_at, pinned, held_at, held = row[:8]
    products, facts, closing, stock, room, uses, said = row[8:]
    wants = merge(unpack(map(int, products.split(",")), facts)) if products else {}
    for closed in closing or ():
        want = Want(*closed)
        known = wants.get(want.product_no)
        wants[want.product_no] = (
            want if known is None else Want(want.product_no, *map(max, known[1:], want[1:]))
        )
    redeemed: dict[int, tuple[int, ...]] = {}
    for campaign_no, at_s in uses or ():
        redeemed[campaign_no] = (*redeemed.get(campaign_no, ()), at_s)
    return Moment(
        version=version,
        assortment_version=assortment_version,
        stopped_here=here,
        stopped=frozenset(stopped),
        # A redemption tells when its prices were made; a pin, when the transaction began.
        price_time=held_at or pinned_at,
        revision=max((one for one in (pinned, held) if one is not None), default=None),
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
