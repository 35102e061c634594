"""Moving the shares of adaptive campaigns, once a day: each time a new version, whose author is the gateway.

Invariant: what a marketer has written and not yet activated is left alone, and so is a campaign whose shares
would hardly change. Going back is activating an earlier version.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from offers.evaluation.decision import HOLDOUT
from offers.experiments import adapting, service
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign
from offers.marketing.campaigns import Author
from offers.marketing.store_campaigns import Stored
from offers.money import BP

EVERY: Final = timedelta(days=1)
LEAST_BP: Final = 100
"""Shares that would move by less stay: a version for nothing helps nobody."""
_NAME: Final = "gateway"
_MAIN: Final = "main"


def move_shares(connection: Connection, *, now: datetime) -> int:
    """Moves the shares of the live campaigns that let it; returns how many got a new version.

    Only what dealt anybody an arm is looked at: most campaigns never do.
    """
    dealt = [campaigns.get(connection, one.campaign) for one in service.running(connection)]
    return sum(_move(connection, one, now=now) for one in dealt if one.state == "live")


def _move(connection: Connection, stored: Stored, *, now: datetime) -> bool:
    if stored.live_version != stored.version or now - stored.changed_at < EVERY:
        return False
    campaign = campaigns.content(connection, stored.id)
    if not campaign.adaptive:
        return False
    found = _shares(connection, campaign)
    if found is None:
        return False
    author = Author(name=_NAME, at=now, reason="shares follow what the arms earn")
    variants = tuple(replace(one, share_bp=found[one.name]) for one in campaign.variants)
    campaigns.apply(connection, replace(campaign, variants=variants), author)
    campaigns.activate(connection, stored.id, author)
    return True


def _shares(connection: Connection, campaign: Campaign) -> dict[str, int] | None:
    """The new shares; None when too little is known, or they would hardly change."""
    arms = [
        arm
        for arm in service.experiment(connection, campaign.id).arms
        if arm.share_bp and arm.name != HOLDOUT
    ]
    paid: dict[str, int] = {}
    for arm in arms:
        for spend in arm.spend:
            paid[spend.currency] = paid.get(spend.currency, 0) + spend.paid_minor
    if not paid or {arm.name for arm in arms} != {_MAIN, *(one.name for one in campaign.variants)}:
        return None
    currency = max(sorted(paid), key=lambda name: paid[name])
    total_bp = BP - campaign.audience.holdout_bp
    found = adapting.shares(arms, currency, total_bp)
    if found is None or all(abs(found[arm.name] - arm.share_bp) < LEAST_BP for arm in arms):
        return None
    return found
