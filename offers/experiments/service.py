"""Experiments as marketers read them, and learning behind the scenes who was dealt which arm.

Invariant: a person is counted from the first decision that drew a lot for her, whatever arm that was, and
only with what she bought since: the arms differ by the lot alone. The lot is on the person, so editing a
campaign moves nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from offers.catalogue.rule import compile_rule
from offers.decisions.decision_record import Gist
from offers.evaluation.decision import HOLDOUT
from offers.experiments import store
from offers.experiments.evidence import Arm
from offers.experiments.store import Dealt, Exposure, Running
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A campaign's arms, the holdout first, then as they are drawn. `adaptive`: their shares have moved."""

    campaign: str
    since: datetime | None
    arms: tuple[Arm, ...]
    adaptive: bool = False


def note(connection: Connection, read: Iterable[Gist]) -> None:
    """Keep the lots that these decisions drew."""
    store.expose(connection, _first(exposure for one in read for exposure in _exposures(one)))


def running(connection: Connection) -> list[Running]:
    """The campaigns that dealt anybody an arm."""
    return store.running(connection)


def experiment(connection: Connection, campaign_id: str) -> Experiment:
    """A campaign's evidence. Raises UnknownCampaignError."""
    campaign = campaigns.content(connection, campaign_id)
    shares = _shares(campaign)
    dealt = store.dealt(connection, campaign_id)
    names = [*shares, *sorted(dealt.keys() - shares.keys())]
    arms = tuple(_arm(name, shares.get(name, 0), dealt.get(name)) for name in names)
    since = min((one.since for one in dealt.values()), default=None)
    return Experiment(campaign=campaign_id, since=since, arms=arms, adaptive=campaign.adaptive)


def _arm(name: str, share_bp: int, dealt: Dealt | None) -> Arm:
    if dealt is None:
        return Arm(name=name, share_bp=share_bp, persons=0, buyers=0, users=0)
    return Arm(
        name=name,
        share_bp=share_bp,
        persons=dealt.persons,
        buyers=dealt.buyers,
        users=dealt.users,
        spend=dealt.spend,
    )


def _exposures(read: Gist) -> Iterable[Exposure]:
    records = sorted({*read.shopper.limit_members, *read.shopper.members})
    for draw in read.draws:
        yield Exposure(draw.campaign, read.shopper.person_no, draw.variant, records, read.at)


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
    treatments = compile_rule(Entry(0, 0, campaign), 0).treatments
    dealt = {HOLDOUT: holdout_bp} | {one.name: one.share_bp for one in treatments}
    return {name: share_bp for name, share_bp in dealt.items() if share_bp}
