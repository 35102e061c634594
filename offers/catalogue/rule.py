"""A live campaign made ready for evaluating: everything that a query would otherwise work out again.

Invariant: a rule holds nothing of the size of its scope; what it covers is in the catalogue's index only. So
10,000 campaigns of 1,000 products fit into a worker.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from offers.catalogue.group import Group
from offers.catalogue.offer_ids import compose
from offers.catalogue.wording import Words, compile_words
from offers.marketing.campaign import (
    Audience,
    BasketHolds,
    Campaign,
    Entry,
    Frequency,
    Funding,
    Interest,
    Reach,
    Schedule,
    Trigger,
    Wanted,
)
from offers.marketing.campaign_rewards import (
    AmountOff,
    Bundle,
    BuyGet,
    Cover,
    FixedPrice,
    Gift,
    Notice,
    OneByOne,
    Percent,
    Points,
    Reward,
    TenderCoupon,
)
from offers.money import BP, Money

PERCENT, UNIT, POOL, FIXED, GIFT, POINTS, TENDER, NOTICE = range(8)
BESIDE = frozenset({POINTS, TENDER, NOTICE})
"""Kinds that touch no price: they meet no other campaign on a line."""

Amounts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a person is given: the campaign's own reward and words (`main`) or a variant's.

    `group`: the reward is for groups of units. `points` for every `amounts`, each worth `worth`.
    """

    name: str
    share_bp: int
    kind: int
    rate_bp: int
    amounts: Amounts
    words: Words
    group: Group | None = None
    points: int = 0
    worth: Amounts | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """One window in minutes of the day; one that ends no later than it begins runs past midnight."""

    weekdays: frozenset[int]
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """See the module. `slot` is its place in the catalogue, which the index names; `position` orders by
    priority, then id; `rank` is the order of taking off, by the campaign's own `order` first.

    `timed`, `limited`, `conditional` and `excludes` say whether the costlier questions need be asked at all;
    `joins_all`: it shares a line with every other rule of which that is said.
    `priced` are the tables that must name the basket's currency. `counted` covers what conditions count,
    where the reward reaches further than that.
    """

    slot: int
    position: int
    rank: int
    order: int
    number: int
    version: int
    id: str
    offer: str
    name: str
    funding: Funding
    priority: int
    personal: bool
    trigger: Trigger
    interest: Interest | None
    counted: Cover | None
    gifts: tuple[str, ...]
    reach: Reach
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
    conditional: bool
    units_per_basket: int | None
    amount_per_basket: Amounts
    budget: Amounts
    priced: tuple[Amounts, ...]
    group: str | None
    joins: frozenset[str]
    joins_all: bool
    already: frozenset[str]

    @property
    def is_shown(self) -> bool:
        """Whether a screen may show it without a basket, an interest or a code."""
        return self.reach == "all" and not isinstance(self.trigger, Interest | BasketHolds)


def compile_rule(entry: Entry, slot: int) -> Rule:
    """The rule of an entry; its places in the orders of priority and of taking off are given by `arrange`."""
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
        slot=slot,
        position=slot,
        rank=slot,
        order=campaign.stacking.order,
        number=entry.number,
        version=entry.version,
        id=campaign.id,
        offer=compose(campaign.id, entry.version),
        name=campaign.name,
        funding=campaign.funding,
        priority=campaign.priority,
        personal=campaign.personal,
        trigger=campaign.trigger,
        interest=campaign.trigger if isinstance(campaign.trigger, Interest) else None,
        counted=_counted(campaign),
        gifts=campaign.reward.products if isinstance(campaign.reward, Gift) else (),
        reach=campaign.reach,
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
        timed=bool(
            conditions.windows
            or conditions.valid_from
            or conditions.valid_until
            or isinstance(campaign.trigger, Schedule)
        ),
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
        conditional=bool(
            conditions.minimum_units
            or conditions.minimum_spend
            or _counted(campaign) is not None
            or isinstance(campaign.trigger, BasketHolds)
        ),
        units_per_basket=limits.units_per_basket,
        amount_per_basket=_amounts(limits.amount_per_basket),
        budget=_amounts(limits.budget),
        priced=tuple(_amounts(table) for table in priced if table),
        group=campaign.stacking.group,
        joins=campaign.stacking.joins,
        joins_all="*" in campaign.stacking.joins and campaign.stacking.group is None,
        already=frozenset[str](campaign.stacking.already),
    )


def arrange(rules: Iterable[Rule]) -> list[Rule]:
    """The rules in the order of priority, then id, each knowing its place there and in taking off."""
    ordered = sorted(rules, key=lambda rule: (-rule.priority, rule.id))
    by_order = sorted(range(len(ordered)), key=lambda i: (ordered[i].order, i))
    ranks = {i: rank for rank, i in enumerate(by_order)}
    return [
        rule if (rule.position, rule.rank) == (i, ranks[i]) else replace(rule, position=i, rank=ranks[i])
        for i, rule in enumerate(ordered)
    ]


def _treatments(campaign: Campaign) -> tuple[Treatment, ...]:
    """The variants in their order, then `main` with the share that is left."""
    own = compile_words(campaign.messages)
    variants = [
        _treatment(
            campaign,
            variant.name,
            variant.share_bp,
            variant.reward or campaign.reward,
            compile_words((*campaign.messages, *variant.messages)),
        )
        for variant in campaign.variants
    ]
    taken = campaign.audience.holdout_bp + sum(variant.share_bp for variant in campaign.variants)
    return (*variants, _treatment(campaign, "main", BP - taken, campaign.reward, own))


def _treatment(campaign: Campaign, name: str, share_bp: int, reward: Reward, words: Words) -> Treatment:
    match reward:
        case BuyGet() | Bundle():
            kind, rate_bp, amounts = _off(reward.less)
            if isinstance(reward, Bundle) and kind == UNIT:  # so much off each bundle
                kind = POOL
            return Treatment(name, share_bp, kind, rate_bp, amounts, words, _group(campaign, reward))
        case Gift():
            return Treatment(name, share_bp, GIFT, BP, {}, words, _group(campaign, reward))
        case Points(points, every, worth):
            return Treatment(
                name, share_bp, POINTS, 0, _amounts(every), words, points=points, worth=_amounts(worth)
            )
        case TenderCoupon(given):
            return Treatment(name, share_bp, TENDER, 0, _amounts(given), words)
        case Notice():
            return Treatment(name, share_bp, NOTICE, 0, {}, words)
        case _:
            kind, rate_bp, amounts = _off(reward)
            return Treatment(name, share_bp, kind, rate_bp, amounts, words)


def _off(less: OneByOne) -> tuple[int, int, Amounts]:
    match less:
        case Percent(rate_bp):
            return PERCENT, rate_bp, {}
        case AmountOff(amounts, per):
            return POOL if per == "basket" else UNIT, 0, _amounts(amounts)
        case FixedPrice(prices):
            return FIXED, 0, _amounts(prices)


def _group(campaign: Campaign, reward: BuyGet | Bundle | Gift) -> Group:
    """The shape of the groups; a limit of units per basket is one of groups."""
    own = scope_cover(campaign)
    if isinstance(reward, Gift):
        nothing = Cover(frozenset({""}))
        return Group((0, reward.units), (nothing, Cover(frozenset(reward.products))), most=1)
    if isinstance(reward, Bundle):
        units = tuple(part.units for part in reward.parts)
        group = Group(units, tuple(part.cover for part in reward.parts), is_bundle=True)
    else:
        covers = (own, reward.of or own)
        group = Group((reward.buy, reward.get), covers, is_cheapest=reward.of is None)
    most = campaign.limits.units_per_basket
    return replace(group, most=most // group.touched) if most is not None else group


def scope_cover(campaign: Campaign) -> Cover:
    """What the campaign's scope names."""
    scope = campaign.scope
    return Cover(scope.products, scope.categories, scope.groups)


def covers(campaign: Campaign) -> tuple[Cover, ...]:
    """All that the campaign has to do with: its scope, and what its reward is for beside that."""
    own = scope_cover(campaign)
    match campaign.reward:
        case Bundle(parts, _):
            return tuple(part.cover for part in parts)
        case BuyGet(_, _, _, of) if of is not None:
            return own, of
        case Gift(products, _):
            return own, Cover(frozenset(products))
    return (own,)


def _counted(campaign: Campaign) -> Cover | None:
    """A gift does not earn itself; nor does a discounted second product count as the first."""
    match campaign.reward:
        case Gift():
            return scope_cover(campaign)
        case BuyGet(_, _, _, of) if of is not None:
            return scope_cover(campaign)
    return None


def _amounts(amounts: tuple[Money, ...]) -> Amounts:
    return {money.currency: money.amount_minor for money in amounts}


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
