"""What is asked of the moment, put together of what a query needs: columns over tables.

Invariant: it holds only those parts (`Parts`): PostgreSQL sets up every part of a plan at each call, also
those behind a CASE that is not taken. There are few combinations, and a session prepares each once.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple, Self


class Parts(NamedTuple):
    """What a query asks for beside the catalogue's state and its own transaction's.

    `basket`: wants of the basket's products only, which needs no list of wants. `groups`: purchases of other
    variants of the wanted products matter too. `stock`: so does what the store has of them. `room`, `daily`:
    campaigns with limits or budgets may play, with limits a day. `uses`: uses by the person are counted.
    """

    basket: bool
    groups: bool
    stock: bool
    room: bool
    daily: bool
    uses: bool


_TYPES: Final = {
    "now": "timestamptz",
    "members": "bigint[]",
    "limit_members": "bigint[]",
    "roomy": "bigint[]",
    "daily": "bigint[]",
    "spend_minor": "bigint",
    "currency": "text",
    "store_no": "bigint",
    "business_day": "date",
    "terminal": "text",
    "number": "text",
    "digest": "bigint",
    "in_basket": "bigint[]",
}

_COLUMNS: Final = """
    c.version, c.assortment_version,
    c.stopped_all OR coalesce($store_no = ANY (c.stopped_stores), false), c.stopped_campaigns,
    p.price_time, p.revision, r.price_time, r.revision, w.choosy,
    {wants}, {room}, {uses}
"""
_TABLES: Final = """
           offers.catalogue AS c
      LEFT JOIN offers.pin AS p ON p.transaction_digest = $digest
      LEFT JOIN offers.redemption AS r
        ON r.store_no = $store_no AND r.terminal = $terminal AND r.business_day = $business_day
       AND r.number = $number
     CROSS JOIN LATERAL ({lists}) AS w
"""

# What every member ever did with the products in the basket: [product_no, six instants].
_BASKET_WANTS: Final = """
    (SELECT array_agg(ARRAY[i.product_no, i.viewed_at_s, i.searched_at_s, i.carted_at_s, i.removed_at_s,
                            i.bought_at_s, i.returned_at_s])
       FROM offers.interest AS i
      WHERE i.record_no = ANY ($members) AND i.product_no = ANY ($in_basket)), NULL, NULL, NULL
"""
# The wants of the members: product numbers, and beside each six unsigned 32-bit instants; and what other
# members bought or took out of the cart among the wanted products.
_LISTED_WANTS: Final = """
    w.products, encode(w.facts, 'hex'),
    CASE WHEN w.closers IS NOT NULL AND w.products IS NOT NULL AND ({groups} OR cardinality($members) > 1)
         THEN offers.closing(w.closers, string_to_array(w.products, ',')::integer[], {groups}) END,
    {stock}
"""
# [product_no, thousandths] of the wanted products at the store.
_STOCK: Final = """
    (SELECT array_agg(ARRAY[s.product_no, s.quantity_milli]) FROM offers.stock AS s
      WHERE s.store_no = $store_no AND s.product_no = ANY (string_to_array(w.products, ',')::bigint[]))
"""
# [campaign_no, kind, what is left] of the campaigns asked for; only where something binds: a total that is
# used up, a budget that this basket may reach the end of.
_ROOM: Final = """
    CASE WHEN {binds}
         THEN offers.room($roomy, $daily, $store_no::text, $business_day::text, $currency,
                          r.redemption_no, $now)
    END
"""
_ROOM_BINDS: Final = """
    EXISTS (SELECT FROM offers.capacity AS k
             WHERE k.campaign_no = ANY ($roomy) AND k.kind >= 2 AND k.subject IN ('', $currency)
               AND (k.taken >= k.cap
                    OR k.kind = 3 AND ($spend_minor IS NULL OR k.cap - k.taken < $spend_minor)))
"""
_DAY_BINDS: Final = """
    EXISTS (SELECT FROM offers.capacity AS k
             WHERE k.campaign_no = ANY ($daily) AND k.kind = 1 AND k.subject = $store_no::text
               AND k.bucket = $business_day::text AND k.taken >= k.cap)
"""
# [campaign_no, instant] of each use by the person, without those of this transaction.
_USES: Final = """
    (SELECT array_agg(ARRAY[i.campaign_no, extract(epoch FROM i.used_at)::bigint])
       FROM offers.redemption_item AS i
      WHERE i.record_no = ANY ($limit_members) AND i.uses > 0
        AND (i.state = 'committed' OR i.state = 'reserved' AND i.expires_at > $now
             AND i.redemption_no IS DISTINCT FROM r.redemption_no))
"""
# `choosy` are the members with rows in `preference`.
_CHOOSY: Final = """
    SELECT array_agg(m.record_no) AS choosy FROM offers.wants AS m
     WHERE m.record_no = ANY ($members) AND m.has_preferences
"""
_LISTS: Final = """
    SELECT string_agg(array_to_string(m.products, ','), ',')
               FILTER (WHERE cardinality(m.products) > 0) AS products,
           string_agg(m.facts, '') AS facts,
           array_agg(m.record_no) FILTER (WHERE m.closed_at_s > 0) AS closers,
           array_agg(m.record_no) FILTER (WHERE m.has_preferences) AS choosy
      FROM offers.wants AS m WHERE m.record_no = ANY ($members)
"""


class People(NamedTuple):
    """Where a statement finds the members whose wants matter, and those whose uses are counted."""

    members: str
    limit_members: str


GIVEN: Final = People("$members", "$limit_members")
"""As parameters, by whoever knows already who stands there."""


class Known(NamedTuple):
    """What some parts ask: columns over tables, and the parameters in order with their types.

    `name` tells the parts from others. Of `tables` the first has one row.
    """

    name: str
    columns: str
    tables: str
    parameters: tuple[str, ...]
    types: str

    @classmethod
    @lru_cache
    def of(cls, parts: Parts, people: People = GIVEN, first: int = 1) -> Self:
        """What these parts ask; the parameters are those that they name, numbered from `first` on."""
        binds = [one for one, asked in ((_ROOM_BINDS, parts.room), (_DAY_BINDS, parts.daily)) if asked]
        listed = _LISTED_WANTS.format(
            groups="true" if parts.groups else "false", stock=_STOCK if parts.stock else "NULL"
        )
        columns = _COLUMNS.format(
            wants=_BASKET_WANTS if parts.basket else listed,
            room=_ROOM.format(binds=" OR ".join(binds)) if binds else "NULL",
            uses=_USES if parts.uses else "NULL",
        )
        tables = _TABLES.format(lists=_CHOOSY if parts.basket else _LISTS)
        columns, tables = (_among(people, text) for text in (columns, tables))
        parameters = tuple(name for name in _TYPES if re.search(rf"\${name}\b", columns + tables))
        columns, tables = (
            re.sub(r"\$([a-z_]+)", lambda found: f"${first + parameters.index(found[1])}", text)
            for text in (columns, tables)
        )
        asked = [name for name, is_asked in parts._asdict().items() if is_asked]
        types = ", ".join(_TYPES[name] for name in parameters)
        return cls("_".join(("known", *asked)), columns, tables, parameters, types)

    @property
    def text(self) -> str:
        """The whole statement: one row of one column, which the driver takes apart faster than many."""
        return f"SELECT json_build_array({self.columns})::text FROM {self.tables}"  # noqa: S608  (parts are ours)


def _among(people: People, text: str) -> str:
    return text.replace("$members", people.members).replace("$limit_members", people.limit_members)
