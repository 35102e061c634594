"""Experiments as marketers read them, and learning behind the scenes who was dealt which arm.

Invariant: a person is counted from the first decision that drew a lot for her, whatever arm that was, and
only with what she bought since: the arms differ by the lot alone. The lot is on the person, so editing a
campaign moves nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from offers.decisions import decision_record
from offers.experiments import store
from offers.experiments.evidence import HOLDOUT, Arm, Spend
from offers.experiments.store import Exposure, Logged, Mark, Paid, Running
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign
from offers.money import BP

READ_AT_ONCE: Final = 500
SETTLED_AFTER: Final = timedelta(seconds=10)
"""Decisions are logged a little after they were made; younger ones are left for the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A campaign's arms, the holdout first, then as they are drawn."""

    campaign: str
    since: datetime | None
    arms: tuple[Arm, ...]


def learn(connection: Connection, *, now: datetime) -> bool:
    """Read the next decisions for the lots they drew; whether there are probably more."""
    mark = store.take_mark(connection)
    if mark is None:
        return False
    read = store.logged_after(connection, mark, now - SETTLED_AFTER, most=READ_AT_ONCE)
    if not read:
        return False
    store.expose(connection, _first(exposure for one in read for exposure in _exposures(one)))
    store.move_mark(connection, Mark(read[-1].at, read[-1].id))
    return len(read) == READ_AT_ONCE


def running(connection: Connection) -> list[Running]:
    """The campaigns that dealt anybody an arm."""
    return store.running(connection)


def experiment(connection: Connection, campaign_id: str) -> Experiment:
    """A campaign's evidence. Raises UnknownCampaignError."""
    shares = _shares(campaigns.content(connection, campaign_id))
    dealt = {one.arm: one for one in store.dealt(connection, campaign_id)}
    paid = store.paid(connection, campaign_id)
    arms = [
        Arm(
            name=name,
            share_bp=shares.get(name, 0),
            persons=dealt[name].persons if name in dealt else 0,
            buyers=dealt[name].buyers if name in dealt else 0,
            users=dealt[name].users if name in dealt else 0,
            spend=tuple(_spend(one) for one in paid if one.arm == name),
        )
        for name in [*shares, *sorted(dealt.keys() - shares.keys())]
    ]
    since = next((one.since for one in store.running(connection) if one.campaign == campaign_id), None)
    return Experiment(campaign=campaign_id, since=since, arms=tuple(arms))


def _exposures(logged: Logged) -> Iterable[Exposure]:
    draws = decision_record.decode_draws(logged.answer)
    shopper = decision_record.decode_shopper(logged.inputs) if draws else None
    if shopper is None:
        return
    for draw in draws:
        records = sorted({*shopper.limit_members, *shopper.members})
        yield Exposure(draw.campaign, shopper.person_no, draw.variant, draw.propensity_bp, records, logged.at)


def _first(exposures: Iterable[Exposure]) -> list[Exposure]:
    """One for each campaign and person: one statement cannot meet the same row twice."""
    found: dict[tuple[str, int], Exposure] = {}
    for one in exposures:
        found.setdefault((one.campaign, one.person_no), one)
    return [found[key] for key in sorted(found)]


def _shares(campaign: Campaign) -> dict[str, int]:
    """The arms that are dealt now; none when everybody gets the same."""
    holdout_bp = campaign.audience.holdout_bp
    if not holdout_bp and not campaign.variants:
        return {}
    found = {HOLDOUT: holdout_bp} if holdout_bp else {}
    found |= {variant.name: variant.share_bp for variant in campaign.variants}
    left = BP - sum(found.values())
    return {**found, "main": left} if left else found


def _spend(one: Paid) -> Spend:
    return Spend(
        currency=one.currency,
        paid_minor=one.paid_minor,
        squares=one.squares,
        discount_minor=one.discount_minor,
    )
