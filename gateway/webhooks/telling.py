"""Noticing what others may be told: from the change feed, from open reviews, from committed redemptions.

Each piece of news has a name of its own, so noticing it twice tells it once.
"""

import datetime as dt
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection

from gateway.webhooks import kinds, store
from gateway.webhooks.store import News
from gateway.wire.moments import rfc3339
from identity.answers import ChangeView, ReviewView
from identity.reading import changes
from identity.stewardship import reviews
from offers.redemptions.redemption import Redemption, Refused

AT_ONCE: Final = 500
LOOK_BACK: Final = 200
"""Reviews are numbered when opened and seen when that is committed: so many may overtake each other."""


def step(connection: Connection, *, now: dt.datetime) -> bool:
    """Tells what has happened since; True when there may be more."""
    reached = store.reach(connection)
    if reached is None:
        return False
    position, review_no = reached
    found = changes.read(connection, after=position, limit=AT_ONCE)
    opened = reviews.open_items(connection, after=max(0, review_no - LOOK_BACK), limit=AT_ONCE)
    news = [_change(one) for one in found if one.kind in kinds.OF_CHANGES]
    news += [_review(one) for one in opened]
    store.tell(connection, news, now=now)
    latest = max((one.review_no for one in opened), default=review_no)
    store.set_reach(connection, found[-1].position if found else position, max(latest, review_no))
    return len(found) == AT_ONCE


def _change(one: ChangeView) -> News:
    told = {"profile": one.profile, **one.body}
    subjects = _subjects(one.profile, one.body)
    return _news(f"change/{one.position}", kinds.OF_CHANGES[one.kind], subjects, one.at, told)


def _review(one: ReviewView) -> News:
    told = {"review": one.review_no, "kind": one.kind}
    return _news(f"review/{one.review_no}", kinds.REVIEW, (), one.opened_at, told)


def redeemed(connection: Connection, outcome: Redemption | Refused | None, *, now: dt.datetime) -> None:
    """Tells that a sale used offers, once, in the transaction in which it does."""
    if not isinstance(outcome, Redemption) or outcome.state != "committed" or outcome.replayed:
        return
    key = outcome.transaction
    body = {
        "redemption": outcome.id,
        "transaction": {
            "store": key.store,
            "terminal": key.terminal,
            "business_day": key.business_day.isoformat(),
            "number": key.number,
        },
        "items": [
            {"offer": item.offer, "campaign": item.campaign, "line": item.line, "amount": item.granted_minor}
            for item in outcome.items
            if item.granted_minor
        ],
    }
    store.tell(
        connection, [_news(f"redemption/{outcome.id}", kinds.REDEEMED, (outcome.id,), now, body)], now=now
    )


def _news(event: str, kind: str, subjects: tuple[UUID, ...], at: dt.datetime, data: dict[str, Any]) -> News:
    told = {"type": kind, "timestamp": rfc3339(at), "data": data}
    return News(event, kind, subjects, orjson.dumps(told).decode())


def _subjects(profile: UUID, body: dict[str, Any]) -> tuple[UUID, ...]:
    """Every profile that a change names: what comes later about any of them comes later."""
    named = [*body.get("of", ()), *(part["profile"] for part in body.get("parts", ()))]
    return tuple(dict.fromkeys((profile, *(UUID(str(one)) for one in named))))
