"""What a marketer should know before a campaign goes live: findings, never refusals.

Invariant: a finding says what may happen and why; whoever activates decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal

from offers.catalogue.compiled import INDEXES, Catalogue, Index, lineage
from offers.catalogue.rule import Rule, compile_rule, covers
from offers.evaluation.stack import joinable
from offers.marketing.campaign import Campaign, Entry
from offers.marketing.campaign_rewards import (
    AmountOff,
    Bundle,
    BuyGet,
    FixedPrice,
    Gift,
    OneByOne,
    Percent,
    Points,
    Reward,
    TenderCoupon,
)
from offers.model import Product
from offers.money import BP, Money, share

Kind = Literal["non_monotone", "overlap", "budget", "margin", "time"]
MOST_NAMED = 5
GENEROUS_BP = 5_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know, as a sentence."""

    kind: Kind
    sentence: str


def check(
    campaign: Campaign, live: Catalogue, products: Iterable[Product], *, now: datetime
) -> tuple[Finding, ...]:
    """All findings. `products` are those of the scope whose prices and costs are known."""
    own = compile_rule(Entry(0, 1, campaign), 0)
    found = chain(
        (Finding("non_monotone", why) for why in _non_monotone(campaign)),
        (Finding("overlap", sentence) for sentence in _overlaps(campaign, own, live)),
        (Finding("budget", sentence) for sentence in _budgets(campaign, own)),
        (Finding("margin", sentence) for sentence in _margins(campaign, products)),
        (Finding("time", sentence) for sentence in _times(campaign, now)),
    )
    return tuple(found)


def _non_monotone(campaign: Campaign) -> Iterator[str]:
    """Why one more item in the basket may lower the discount."""
    limits = campaign.limits
    named = {"total": limits.total, "per_store_day": limits.per_store_day, "budget": limits.budget or None}
    if running_out := [name for name, limit in named.items() if limit is not None]:
        yield f"what is left of {', '.join(running_out)} may be gone when the next item is scanned"
    if campaign.stacking.group is not None and isinstance(campaign.reward, Points | TenderCoupon | Gift):
        yield (
            f"in the exclusive group {campaign.stacking.group} its worth may come to exceed a discount,"
            " which then is no longer given"
        )
    if isinstance(campaign.reward, Bundle) and campaign.stacking.joins:
        yield "a further item may change which units are bundled; who joins may lose one minor unit by it"


def _overlaps(campaign: Campaign, own: Rule, live: Catalogue) -> Iterator[str]:
    rivals: list[str] = []
    for slot in sorted(_covering_too(campaign, live)):
        rule = live.rules[slot]
        if slot in live.dead or rule.id == campaign.id or _apart(own, rule):
            continue
        if not joinable(own, rule):
            rivals.append(rule.id)
    if rivals:
        more = f" and {len(rivals) - MOST_NAMED} more" if len(rivals) > MOST_NAMED else ""
        yield (
            f"covers products of {', '.join(rivals[:MOST_NAMED])}{more} and does not join them:"
            " on each line the better deal is used"
        )


def _apart(own: Rule, other: Rule) -> bool:
    """Whether the two never meet: other stores, other channels."""
    return bool(
        (own.stores and other.stores and own.stores.isdisjoint(other.stores))
        or (own.channels and other.channels and own.channels.isdisjoint(other.channels))
    )


def _covering_too(campaign: Campaign, live: Catalogue) -> set[int]:
    """Slots of rules that name one of the same products, groups or categories, or cover everything."""
    named = covers(campaign)
    if any(cover.is_everything for cover in named):
        return set(range(len(live.rules)))
    found: set[int] = set()
    for index in (getattr(live, name) for name in INDEXES):
        assert isinstance(index, Index)
        found.update(index.everywhere, *index.stores.values())
        for cover in named:
            found.update(*(index.products.get(sku, ()) for sku in cover.products))
            found.update(*(index.groups.get(group, ()) for group in cover.groups))
            found.update(*(index.categories.get(path, ()) for path in chain(*map(lineage, cover.categories))))
    return found


def _budgets(campaign: Campaign, own: Rule) -> Iterator[str]:
    limits = campaign.limits
    bounded = limits.total is not None or limits.budget or limits.per_store_day is not None
    if not bounded and any(map(_is_generous, _rewards(campaign))):
        yield "gives half or more away and has neither a budget nor a limit of uses"
    currencies = {money.currency for money in limits.budget}
    missing = {money.currency for one in _rewards(campaign) for money in _moneys(one)} - currencies
    if currencies and missing:
        yield f"has no budget in {', '.join(sorted(missing))}, so nothing is given there"
    most, groups = limits.units_per_basket, [one.group for one in own.treatments if one.group is not None]
    if touched := max((group.touched for group in groups if group.most == 0), default=0):
        yield f"gives nothing: one group discounts {touched} units, and units_per_basket is {most}"


def _rewards(campaign: Campaign) -> list[Reward]:
    """All that somebody may get: the campaign's own and the variants'."""
    return [campaign.reward, *[one.reward for one in campaign.variants if one.reward is not None]]


def _is_generous(reward: Reward) -> bool:
    match reward:
        case Percent(rate_bp) | BuyGet(_, _, Percent(rate_bp)) | Bundle(_, Percent(rate_bp)):
            return rate_bp >= GENEROUS_BP
        case Gift():
            return True
        case _:
            return False


def _moneys(reward: Reward) -> tuple[Money, ...]:
    match reward:
        case AmountOff(amounts, _) | TenderCoupon(amounts):
            return amounts
        case FixedPrice(prices):
            return prices
        case BuyGet(_, _, less) | Bundle(_, less):
            return _moneys(less)
        case _:
            return ()


def _margins(campaign: Campaign, products: Iterable[Product]) -> Iterator[str]:
    if campaign.conditions.margin_floor_bp is not None:
        return
    rewards = [one for one in _rewards(campaign) if isinstance(one, Percent | AmountOff | FixedPrice)]
    losses = sorted(one.sku for one in products if any(_is_below_cost(one, reward) for reward in rewards))
    if losses:
        more = f" and {len(losses) - MOST_NAMED} more" if len(losses) > MOST_NAMED else ""
        yield f"sells below cost: {', '.join(losses[:MOST_NAMED])}{more}; a margin_floor would cap it"


def _is_below_cost(product: Product, reward: OneByOne) -> bool:
    if product.price_minor is None or product.cost_minor is None:
        return False
    after = product.price_minor
    match reward:
        case Percent(rate_bp):
            after -= share(after, rate_bp)
        case AmountOff(amounts, "unit"):
            after -= sum(one.amount_minor for one in amounts if one.currency == product.currency)
        case FixedPrice(prices):
            after = min([after, *(one.amount_minor for one in prices if one.currency == product.currency)])
    return after * BP < product.cost_minor * (BP + product.tax_rate_bp)


def _times(campaign: Campaign, now: datetime) -> Iterator[str]:
    until = campaign.conditions.valid_until
    if until is not None and (until < now if isinstance(until, datetime) else until < now.date()):
        yield f"ended on {until:%Y-%m-%d} already"
