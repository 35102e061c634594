"""The till queries that are measured: baskets, cards of shoppers who want something, live campaigns.

Of the campaigns `WIDE` can be made to cover the whole basket, each with another kind of reward, and a basket
can be made of products that so many others cover, and of products that none does.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import orjson
from sqlalchemy import Connection
from sqlalchemy import text as sql

from bench.wrk import Request
from offers.marketing import campaign_format, campaigns
from offers.marketing.campaign import Campaign
from offers.marketing.campaigns import Author

STORE = "0001"

WIDE: Final[tuple[dict[str, Any], ...]] = (
    {"reward": {"percent": "3%"}, "stacking": {"joins": ["*"]}},
    {"reward": {"percent": "5%"}},
    {"reward": {"amount": "5.00 USD", "per": "basket"}, "conditions": {"minimum_spend": "100.00 USD"}},
    {"reward": {"points": 1, "every": "1.00 USD", "worth": "0.01 USD"}},
    {"reward": {"tender": "3.00 USD"}, "conditions": {"minimum_spend": "50.00 USD"}},
)
"""What the campaigns for the whole basket give."""

CARDS_LOOKED_AT = 20
"""For each shopper that is wanted, at least: most have agreed to nothing or left nothing in a cart."""

_SHOPPERS = sql("""
    WITH card AS MATERIALIZED (
        SELECT record_no, key, keys FROM identity.record
         WHERE source = 'loyalty' AND sealed IS NOT NULL AND generation = 1
         ORDER BY hashint8(record_no) LIMIT :looked_at)
    SELECT DISTINCT ON (p.profile_no) card.key AS card, wanted.sku
      FROM card
      JOIN identity.member AS m USING (record_no)
      JOIN identity.profile AS p ON p.profile_no = m.profile_no AND p.personal
     CROSS JOIN LATERAL (
        SELECT product.sku
          FROM unnest(p.members) AS w (record_no)
          JOIN offers.interest AS i ON i.record_no = w.record_no
          JOIN offers.product AS product ON product.product_no = i.product_no
         GROUP BY product.sku
        HAVING max(i.carted_at_s) > greatest(max(i.bought_at_s), max(i.removed_at_s))
           AND max(i.carted_at_s) > extract(epoch FROM now() - interval '360 days')
           AND max(i.carted_at_s) < extract(epoch FROM now() - interval '2 hours')
         ORDER BY max(i.carted_at_s) DESC LIMIT 1
     ) AS wanted
     WHERE (
        -- Not a card that two people of a family show: a till would have to ask whose purchase it is.
        SELECT count(DISTINCT other.person_no) = 1
          FROM identity.identifier AS shown JOIN identity.member AS other USING (record_no)
         WHERE shown.digest = ANY (card.keys) AND shown.type = 6
     )
     LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Shopper:
    """A card, and a product that its owner left in an online cart."""

    card: str
    sku: str


def put_campaigns(connection: Connection, count: int) -> None:
    """Makes so many campaigns live: one for what was wanted online, the others each for two products of their
    own.
    """
    skus = _skus(connection)
    _put(connection, [_campaign(number, skus) for number in range(count)])


def put_wide_campaigns(connection: Connection) -> None:
    """Makes the campaigns live that cover every basket."""
    _put(connection, [_wide_campaign(number, told) for number, told in enumerate(WIDE)])


def pause_wide_campaigns(connection: Connection) -> None:
    """Pauses them, where there are any."""
    author = Author(name="bench", at=datetime.now(UTC))
    wide = "select id from offers.campaign where id like 'bench-wide-%' and state = 'live'"
    for name in list(connection.scalars(sql(wide))):
        campaigns.pause(connection, name, author)


def _skus(connection: Connection) -> list[str]:
    return [row.sku for row in connection.execute(sql("select sku from offers.product order by product_no"))]


def _put(connection: Connection, documents: Sequence[dict[str, Any]]) -> None:
    author = Author(name="bench", at=datetime.now(UTC))
    for document in documents:
        parsed = campaign_format.parse(document)
        assert isinstance(parsed, Campaign), parsed
        campaigns.apply(connection, parsed, author)
        campaigns.activate(connection, parsed.id, author)


def shoppers(connection: Connection, count: int, *, seed: int) -> list[Shopper]:
    """Shoppers from all over the database who agreed to personal offers, have a card and something in their
    online cart.
    """
    found = connection.execute(_SHOPPERS, {"most": count * 4, "looked_at": count * CARDS_LOOKED_AT})
    everybody = [Shopper(row.card, row.sku) for row in found]
    random.Random(seed).shuffle(everybody)
    return everybody[:count]


def queries(connection: Connection, known: Sequence[Shopper], *, lines: int, seed: int) -> list[Request]:
    """One query for each shopper: the wanted product and others that the store sells."""
    skus = _skus(connection)
    chance = random.Random(seed)
    baskets = [[shopper.sku, *chance.sample(skus, lines - 1)] for shopper in known]
    return _requests(known, baskets)


def matching_queries(
    connection: Connection,
    known: Sequence[Shopper],
    *,
    lines: int,
    live: int,
    matching: int,
    seed: int,
) -> list[Request]:
    """One query for each shopper, in whose basket so many of the live campaigns for products of their own
    match one line each, and no other does but the one for what was wanted.
    """
    skus = _skus(connection)
    covering = Counter(sku for number in range(1, live) for sku in set(_own(number, skus)))
    firsts = [_own(number, skus)[0] for number in range(1, live)]
    once = [sku for sku in firsts if covering[sku] == 1]
    never = [sku for sku in skus if sku not in covering]
    chance = random.Random(seed)
    baskets = []
    for shopper in known:
        matched = chance.sample([sku for sku in once if sku != shopper.sku], matching)
        rest = chance.sample([sku for sku in never if sku != shopper.sku], lines - 1 - matching)
        baskets.append([shopper.sku, *matched, *rest])
    return _requests(known, baskets)


def _requests(known: Sequence[Shopper], baskets: Sequence[Sequence[str]]) -> list[Request]:
    asked = [_query(*each) for each in zip(count(), known, baskets, strict=False)]
    return [Request("POST", "/v1/offers/query", orjson.dumps(each).decode()) for each in asked]


def _query(number: int, shopper: Shopper, basket: Sequence[str]) -> dict[str, Any]:
    return {
        "transaction": {
            "store": STORE,
            "terminal": "07",
            "business_day": datetime.now(UTC).date().isoformat(),
            "number": f"{number:06d}",
        },
        "revision": 1,
        "mode": "quote",
        "channel": "till",
        "language": "en-US",
        "shoppers": [{"role": "buyer", "scan": shopper.card}],
        "basket": {
            "currency": "USD",
            "tax": "excluded",
            "complete": True,
            "lines": [
                {
                    "line": str(place),
                    "kind": "sale",
                    "sku": sku,
                    "quantity": "1",
                    "unit": "each",
                    "unit_price": "12.99",
                    "amount": 1299,
                    "tax_rate_bp": 700,
                }
                for place, sku in enumerate(basket, start=1)
            ],
        },
        "placement": "receipt",
        "limit": 5,
    }


def _campaign(number: int, skus: Sequence[str]) -> dict[str, Any]:
    wanted = number == 0
    return {
        "campaign": f"bench-{number:05d}",
        "name": f"Bench {number}",
        "trigger": {"interest": {"kinds": ["carted"], "minimum_age": "1h", "maximum_age": "365d"}}
        if wanted
        else "always",
        "scope": {"wanted": "item"} if wanted else {"products": sorted(set(_own(number, skus)))},
        "reward": {"percent": "10%"},
        "limits": {"total": 100_000_000, "budget": "90000000.00 USD"},
        "stacking": {"joins": ["*"]},
        "messages": {"all": {"en": {"title": f"Bench {number}: 10% off", "receipt": "Bench -10%"}}},
    }


def _own(number: int, skus: Sequence[str]) -> tuple[str, str]:
    """The products of a campaign."""
    return skus[(number * 37) % len(skus)], skus[(number * 91 + 5) % len(skus)]


def _wide_campaign(number: int, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "campaign": f"bench-wide-{number}",
        "name": f"Bench wide {number}",
        "trigger": "always",
        "limits": {"total": 100_000_000},
        "messages": {"all": {"en": {"title": f"Wide {number}", "receipt": "Wide"}}},
        **told,
    }
