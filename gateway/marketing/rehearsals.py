"""A campaign before it goes live: what to know of it, what it would have cost on a day's real baskets."""

import datetime as dt

from sqlalchemy import Connection

from gateway.wiring import Services
from offers.catalogue.rule import covers
from offers.decisions import store_decisions
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign, Entry
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
    """The campaign on the last basket of each transaction of a day (UTC), by currency."""
    since = dt.datetime.combine(day, dt.time(), dt.UTC)
    asked = store_decisions.last_of_transactions(connection, since, since + dt.timedelta(days=1), limit=most)
    live = services.offers.snapshots.catalogue(connection).catalogue
    stored = live.by_id.get(campaign.id)
    number = stored.number if stored is not None else 0
    return rehearsal.rehearse(live, Entry(number, 1, campaign), asked)


def of_stored(
    connection: Connection, services: Services, campaign: str, *, version: int | None, now: dt.datetime
) -> tuple[Finding, ...]:
    """The findings of a stored version. Raises UnknownCampaignError."""
    return findings(connection, services, campaigns.content(connection, campaign, version=version), now=now)
