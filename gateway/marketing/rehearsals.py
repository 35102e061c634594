"""A campaign before it goes live: what to know of it, what it would have cost on a day's real baskets."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy import Connection

from gateway.shopping import portraits
from gateway.wiring import Services
from offers.catalogue.rule import covers
from offers.decisions import store_decisions
from offers.decisions.decision_record import Inputs
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign, Entry
from offers.segments import service as segments
from offers.trials import campaign_checks, rehearsal
from offers.trials.campaign_checks import Finding
from offers.trials.rehearsal import Rehearsed

BASKETS_MOST = 2_000
PRODUCTS_MOST = 1_000


def findings(
    connection: Connection, services: Services, campaign: Campaign, *, now: dt.datetime
) -> tuple[Finding, ...]:
    """What to know before it goes live beside what is live now."""
    named = sorted({sku for cover in covers(campaign) for sku in cover.products})[:PRODUCTS_MOST]
    products = services.offers.assortment.named(connection, named).values() if named else ()
    live = services.offers.snapshots.catalogue(connection).catalogue
    return campaign_checks.check(campaign, live, products, now=now)


def rehearse(
    connection: Connection,
    services: Services,
    campaign: Campaign,
    *,
    day: dt.date,
    most: int = BASKETS_MOST,
) -> tuple[Rehearsed, ...]:
    """The campaign on the last basket of each transaction of a day (UTC), by currency.

    Where no campaign asked about people then as this one does, what is known of them now stands in.
    """
    since = dt.datetime.combine(day, dt.time(), dt.UTC)
    until = since + dt.timedelta(days=1)
    asked = store_decisions.last_of_transactions(connection, since, until, limit=most)
    if campaign.asks_for_traits:
        asked = _portrayed(connection, services, asked, until)
    live = services.offers.snapshots.catalogue(connection).catalogue
    stored = live.by_id.get(campaign.id)
    number = stored.number if stored is not None else 0
    return rehearsal.rehearse(live, Entry(number, 1, campaign), asked)


def _portrayed(
    connection: Connection, services: Services, asked: Iterable[Inputs], now: dt.datetime
) -> Iterator[Inputs]:
    live = segments.rules(connection)
    for one in list(asked):
        if one.known.traits is None:
            traits = portraits.gather(connection, services, one.shopper, live, now=now)
            yield replace(one, known=replace(one.known, traits=traits))
        else:
            yield one


def of_stored(
    connection: Connection, services: Services, campaign: str, *, version: int | None, now: dt.datetime
) -> tuple[Finding, ...]:
    """The findings of a stored version. Raises UnknownCampaignError."""
    return findings(connection, services, campaigns.content(connection, campaign, version=version), now=now)
