"""A live campaign made ready for evaluating: everything that a query would otherwise work out again.

Invariant: a rule holds nothing of the size of its scope; what it covers is in the catalogue's index only. So
10,000 campaigns of 1,000 products fit into a worker.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from offers.campaign import (
    Always,
    AmountOff,
    Audience,
    Campaign,
    FixedPrice,
    Frequency,
    Funding,
    Interest,
    Percent,
    Reward,
    Wanted,
)
from offers.money import Money
from offers.offer_ids import compose
from offers.wording import Words, compile_words

PERCENT, UNIT, POOL, FIXED = range(4)
Amounts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A campaign in one of its versions, as the store knows it."""

    number: int
    version: int
    campaign: Campaign


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a person is given: the campaign's own reward and words (`main`) or a variant's."""

    name: str
    share_bp: int
    kind: int
    rate_bp: int
    amounts: Amounts
    words: Words


@dataclass(frozen=True, slots=True)
class Hours:
    """One window in minutes of the day; one that ends no later than it begins runs past midnight."""

    weekdays: frozenset[int]
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """See the module. `position` orders by priority, then id; `rank` is the order of taking off.

    `timed`, `limited` and `excludes` say whether the costlier questions need be asked at all; `priced` are
    the tables that must name the basket's currency.
    """

    position: int
    rank: int
    number: int
    version: int
    id: str
    offer: str
    name: str
    funding: Funding
    priority: int
    personal: bool
    interest: Interest | None
    wanted: Wanted | None
    placements: frozenset[str]
    audience: Audience
    treatments: tuple[Treatment, ...]
    without_products: frozenset[str]
    without_categories: frozenset[str]
    without_groups: frozenset[str]
    excludes: bool
    stores: frozenset[str]
    channels: frozenset[str]
    hours: tuple[Hours, ...]
    valid_from: datetime | date | None
    valid_until: datetime | date | None
    timed: bool
    minimum_spend: Amounts
    minimum_spend_of_basket: bool
    minimum_units: int
    stock_units: int | None
    margin_floor_bp: int | None
    total: int | None
    per_profile: int | None
    per_store_day: int | None
    frequency: Frequency | None
    limited: bool
    units_per_basket: int | None
    amount_per_basket: Amounts
    budget: Amounts
    priced: tuple[Amounts, ...]
    group: str | None
    joins: frozenset[str]
    already: frozenset[str]


def compile_rule(entry: Entry, *, position: int, rank: int) -> Rule:
    """The rule of an entry at its places in the orders of priority and of taking off."""
    campaign = entry.campaign
    conditions, limits, scope = campaign.conditions, campaign.limits, campaign.scope
    counted = (
        limits.total,
        limits.per_profile,
        limits.per_store_day,
        limits.frequency,
        limits.budget or None,
    )
    priced = (conditions.minimum_spend, limits.amount_per_basket, limits.budget)
    return Rule(
        position=position,
        rank=rank,
        number=entry.number,
        version=entry.version,
        id=campaign.id,
        offer=compose(campaign.id, entry.version),
        name=campaign.name,
        funding=campaign.funding,
        priority=campaign.priority,
        personal=campaign.personal,
        interest=None if isinstance(campaign.trigger, Always) else campaign.trigger,
        wanted=scope.wanted,
        placements=campaign.placements,
        audience=campaign.audience,
        treatments=_treatments(campaign),
        without_products=scope.without_products,
        without_categories=scope.without_categories,
        without_groups=scope.without_groups,
        excludes=bool(scope.without_products or scope.without_categories or scope.without_groups),
        stores=conditions.stores,
        channels=conditions.channels,
        hours=tuple(
            Hours(window.weekdays, _minute(window.since), _minute(window.until))
            for window in conditions.windows
        ),
        valid_from=conditions.valid_from,
        valid_until=conditions.valid_until,
        timed=bool(conditions.windows or conditions.valid_from or conditions.valid_until),
        minimum_spend=_amounts(conditions.minimum_spend),
        minimum_spend_of_basket=conditions.minimum_spend_of == "basket",
        minimum_units=conditions.minimum_units,
        stock_units=conditions.stock_units,
        margin_floor_bp=conditions.margin_floor_bp,
        total=limits.total,
        per_profile=limits.per_profile,
        per_store_day=limits.per_store_day,
        frequency=limits.frequency,
        limited=any(limit is not None for limit in counted),
        units_per_basket=limits.units_per_basket,
        amount_per_basket=_amounts(limits.amount_per_basket),
        budget=_amounts(limits.budget),
        priced=tuple(_amounts(table) for table in priced if table),
        group=campaign.stacking.group,
        joins=campaign.stacking.joins,
        already=frozenset[str](campaign.stacking.already),
    )


def _treatments(campaign: Campaign) -> tuple[Treatment, ...]:
    """The variants in their order, then `main` with the share that is left."""
    own = compile_words(campaign.messages)
    variants = [
        _treatment(
            variant.name,
            variant.share_bp,
            variant.reward or campaign.reward,
            compile_words((*campaign.messages, *variant.messages)),
        )
        for variant in campaign.variants
    ]
    taken = campaign.audience.holdout_bp + sum(variant.share_bp for variant in campaign.variants)
    return (*variants, _treatment("main", 10_000 - taken, campaign.reward, own))


def _treatment(name: str, share_bp: int, reward: Reward, words: Words) -> Treatment:
    match reward:
        case Percent(rate_bp):
            return Treatment(name, share_bp, PERCENT, rate_bp, {}, words)
        case AmountOff(amounts, "basket"):
            return Treatment(name, share_bp, POOL, 0, _amounts(amounts), words)
        case AmountOff(amounts, _):
            return Treatment(name, share_bp, UNIT, 0, _amounts(amounts), words)
        case FixedPrice(prices):
            return Treatment(name, share_bp, FIXED, 0, _amounts(prices), words)


def _amounts(amounts: tuple[Money, ...]) -> Amounts:
    return {money.currency: money.amount_minor for money in amounts}


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
