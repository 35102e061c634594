"""People as segments and audiences see them: what identity knows of them, in the words of offers."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Connection

from gateway.wiring import Services
from identity import portraits
from identity.portraits import Portrait
from offers.model import Shopper, Traits
from offers.segments import rule, service
from offers.segments.rule import Segment
from offers.segments.service import Sighted

AT_ONCE = 100
VISITS = frozenset({"sale", "return", "order_completed", "product_viewed", "product_carted", "page_viewed"})
"""Kinds of event by which somebody was there, in a store or online."""


def sweep(connection: Connection, services: Services, *, now: dt.datetime) -> int:
    """Fill the segments of the next profiles; return how many there were."""

    def sight(after: int) -> Sighted:
        found = portraits.page(connection, services.identity, after=after, limit=AT_ONCE)
        return {one.profile_no: (traits(one), one.tier) for one in found}

    return service.sweep(connection, sight, now=now)


def gather(
    connection: Connection,
    services: Services,
    shopper: Shopper | None,
    live: Iterable[Segment],
    *,
    now: dt.datetime,
) -> Traits | None:
    """What a sweep would fill in for a shopper now, for campaigns that are only tried: before one is live
    nothing may have been gathered for it. As at a till nothing is known of who did not agree.
    """
    if shopper is None or not shopper.personal or not shopper.members:
        return None
    oldest = min(shopper.members)
    for one in portraits.page(connection, services.identity, after=oldest - 1, limit=1):
        if one.profile_no == oldest:
            return rule.filled(live, traits(one), one.tier, int(now.timestamp()))
    return None


def traits(one: Portrait) -> Traits:
    """What offers may know: nothing of what a person did who did not agree to personal offers."""
    events = {kind: int(at.timestamp()) for kind, at in one.events.items()} if one.personal else {}
    country, postcode = one.attributes.get("country"), one.attributes.get("postcode", "")
    return Traits(
        region=f"{country}-{postcode}" if country and postcode else country,
        attributes=one.attributes,
        consents=one.consents,
        last_visit_at_s=max((at_s for kind, at_s in events.items() if kind in VISITS), default=None),
        events=events,
    )
