"""What a shop's server tells of its visitors: batch calls of messages, now and then somebody who signs in."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson

from gateway.demo import lists

BATCH = 100
VISITORS = 2_000
ARTICLES = 500
SIGN_INS = 0.01
EVENTS = ("Product Viewed",) * 7 + ("Product Added", "Cart Viewed", "Product Removed")


def batches(random: Random) -> Iterator[bytes]:
    """Batch calls without end, each message new."""
    run = f"{random.getrandbits(48):x}"
    for number in itertools.count():
        messages = [_message(random, f"{run}-{number}-{place}") for place in range(BATCH)]
        yield orjson.dumps({"batch": messages, "sentAt": _now()})


def _message(random: Random, message_id: str) -> dict[str, Any]:
    visitor = random.randrange(VISITORS)
    named = {"userId": f"bench-{visitor}"} if visitor % 3 == 0 else {}
    shared = {"messageId": message_id, "anonymousId": f"bench-{visitor}-b", "timestamp": _now(), **named}
    if named and random.random() < SIGN_INS:
        return {"type": "identify", "traits": _traits(visitor), **shared}
    properties = {"sku": f"BENCH-{random.randrange(ARTICLES)}", "quantity": 1, "price": 19.9, "name": "It"}
    context = {"page": {"path": "/things", "title": "Things"}, "library": {"name": "bench", "version": "1"}}
    event = random.choice(EVENTS)
    return {"type": "track", "event": event, "properties": properties, "context": context, **shared}


def _traits(visitor: int) -> dict[str, str]:
    """Who a visitor is: names as people have them, so that some share one and most do not."""
    life, draw = lists.country("AT"), Random(visitor)
    surname = draw.choice(life.surname_roots) + draw.choice(life.surname_endings)
    given = draw.choice(life.female)
    return {"email": f"bench-{visitor}@example.org", "firstName": given, "lastName": surname}


def _now() -> str:
    return datetime.now(UTC).isoformat()
