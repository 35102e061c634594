"""The till queries that are measured: baskets of ten lines, cards of shoppers who want something, live
campaigns.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy import text as sql

from bench.wrk import Request
from offers.marketing import campaign_format, campaigns
from offers.marketing.campaign import Campaign
from offers.marketing.campaigns import Author

STORE = "0001"

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
    skus = [row.sku for row in connection.execute(sql("select sku from offers.product order by product_no"))]
    author = Author(name="bench", at=datetime.now(UTC))
    for number in range(count):
        document = _campaign(number, skus)
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
    skus = [row.sku for row in connection.execute(sql("select sku from offers.product order by product_no"))]
    chance = random.Random(seed)
    return [
        Request(
            "POST", "/v1/offers/query", orjson.dumps(_query(number, shopper, skus, lines, chance)).decode()
        )
        for number, shopper in enumerate(known)
    ]


def _query(
    number: int, shopper: Shopper, skus: Sequence[str], lines: int, chance: random.Random
) -> dict[str, Any]:
    basket = [shopper.sku, *chance.sample(skus, lines - 1)]
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
    own = [skus[(number * 37) % len(skus)], skus[(number * 91 + 5) % len(skus)]]
    return {
        "campaign": f"bench-{number:05d}",
        "name": f"Bench {number}",
        "trigger": {"interest": {"kinds": ["carted"], "minimum_age": "1h", "maximum_age": "365d"}}
        if wanted
        else "always",
        "scope": {"wanted": "item"} if wanted else {"products": sorted(set(own))},
        "reward": {"percent": "10%"},
        "limits": {"total": 100_000_000, "budget": "90000000.00 USD"},
        "stacking": {"joins": ["*"]},
        "messages": {"all": {"en": {"title": f"Bench {number}: 10% off", "receipt": "Bench -10%"}}},
    }
