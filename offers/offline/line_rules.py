"""Which campaigns a till can give without asking, and how. Pure.

Invariant: only what one line of a basket decides. Whatever else a campaign asks (a person, a threshold, an
hour, stock, a margin, another line) makes it one that has to be asked for. A condition that nobody here knows
does, too.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from offers.catalogue.offer_ids import compose
from offers.marketing.campaign import Always, Audience, Campaign, Conditions, Entry, Limits, Scope
from offers.marketing.campaign_rewards import AmountOff, FixedPrice, Percent, Reward
from offers.model import Place
from offers.money import Money

MOST_NAMED: Final = 6
"""So many products or categories fit into a signed offer."""

MAXIMUM_MINOR: Final = 10_000
"""What an offer without a maximum of its own may give away in one basket."""

Kind = Literal["percent", "unit", "price"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOffer:
    """A campaign as a line rule: basis points, minor units off each unit, or the price of each unit."""

    offer: str
    kind: Kind
    value: int
    skus: tuple[str, ...]
    categories: tuple[str, ...]
    maximum_minor: int
    ends_at: datetime | None
    text: str


def line_offer(entry: Entry, place: Place, now: datetime) -> LineOffer | None:
    """The campaign as a till in this place may give it now to anybody; None when it has to be asked for."""
    campaign = entry.campaign
    worth = _worth(campaign.reward, place.currency)
    ends_at = _instant(campaign.conditions.valid_until, place, last=True)
    begins_at = _instant(campaign.conditions.valid_from, place, last=False)
    if worth is None or not (is_plain(campaign) and _plays_here(campaign, place)):
        return None
    if (begins_at is not None and begins_at > now) or (ends_at is not None and ends_at <= now):
        return None
    return LineOffer(
        offer=compose(campaign.id, entry.version),
        kind=worth[0],
        value=worth[1],
        skus=tuple(sorted(campaign.scope.products)),
        categories=tuple(sorted(campaign.scope.categories)),
        maximum_minor=_amount(campaign.limits.amount_per_basket, place.currency) or MAXIMUM_MINOR,
        ends_at=ends_at,
        text=campaign.messages[0].receipt or campaign.messages[0].title,
    )


def _plays_here(campaign: Campaign, place: Place) -> bool:
    conditions = campaign.conditions
    at_till = not conditions.channels or "till" in conditions.channels
    return at_till and (not conditions.stores or place.store in conditions.stores)


def is_plain(campaign: Campaign) -> bool:
    """Whether one line decides it, wherever and whenever it plays: it says nothing but what is named here."""
    scope, conditions, limits = campaign.scope, campaign.conditions, campaign.limits
    if len(scope.products) + len(scope.categories) > MOST_NAMED or campaign.audience.staff == "only":
        return False
    return campaign == Campaign(
        id=campaign.id,
        name=campaign.name,
        messages=campaign.messages,
        trigger=Always(),
        reward=campaign.reward,
        placements=campaign.placements,
        audience=Audience(staff=campaign.audience.staff),
        scope=Scope(products=scope.products, categories=scope.categories),
        conditions=Conditions(
            stores=conditions.stores,
            channels=conditions.channels,
            valid_from=conditions.valid_from,
            valid_until=conditions.valid_until,
        ),
        limits=Limits(
            total=limits.total,
            per_store_day=limits.per_store_day,
            budget=limits.budget,
            amount_per_basket=limits.amount_per_basket,
        ),
        stacking=campaign.stacking,
        funding=campaign.funding,
        priority=campaign.priority,
    )


def _worth(reward: Reward, currency: str) -> tuple[Kind, int] | None:
    match reward:
        case Percent(rate_bp):
            return "percent", rate_bp
        case AmountOff(amounts, "unit"):
            amount = _amount(amounts, currency)
            return ("unit", amount) if amount is not None else None
        case FixedPrice(prices):
            price = _amount(prices, currency)
            return ("price", price) if price is not None else None
        case _:
            return None


def _amount(table: tuple[Money, ...], currency: str) -> int | None:
    return next((money.amount_minor for money in table if money.currency == currency), None)


def _instant(limit: datetime | date | None, place: Place, *, last: bool) -> datetime | None:
    if limit is None or isinstance(limit, datetime):
        return limit
    day = limit + timedelta(days=1) if last else limit
    return datetime.combine(day, time(), ZoneInfo(place.zone)).astimezone(UTC)
