"""What rules take off lines: the one place where amounts are worked out, for quotes and searches alike.

Invariant: in `settle` no line falls below zero, below what the law asks or, because of a campaign with a
margin floor, below that floor; parts sum to the whole. Rules take off in the order of their rank, each from
what the earlier ones left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from offers.case import Item
from offers.decision import EffectReason
from offers.interest_rules import Standing
from offers.model import ONE_UNIT_MILLI
from offers.money import BP, ceiling, dearest, half_up, share, spread
from offers.rule import FIXED, PERCENT, POOL, Rule, Treatment


@dataclass(slots=True, eq=False)
class Play:
    """A rule as it plays in one query: its treatment, its amount in the basket's currency, what is left.

    `plain`: a percentage and nothing else to heed. `capped`: a limit ties its lines together, what one line
    takes another may miss.
    The reward is scaled by `scale / scale_of` (decay). `most_minor` bounds one use, `budget_minor` is what
    the money budget has left.
    """

    rule: Rule
    treatment: Treatment
    amount_minor: int
    scale: int
    scale_of: int
    units_most: int | None
    most_minor: int | None
    budget_minor: int | None
    tax_included: bool
    plain: bool = False
    capped: bool = False
    claims: "list[Claim]" = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Claim:
    """One rule on one item: the smallest part of an offer that can be taken or left.

    `alone_desired` and `alone` are what it would give if nothing else were applied and nothing ran out: upper
    bounds of what it can give in any company.
    """

    play: Play
    item: Item
    standing: Standing | None
    alone_desired: int = 0
    alone: int = 0


@dataclass(slots=True, eq=False)
class Grant:
    """What a claim gives in the end, on so many of its item's units."""

    claim: Claim
    units: int
    desired: int
    amount: int
    reason: EffectReason | None


def price_alone(claim: Claim) -> None:
    """Fill in what the claim gives alone, on as many units as its limit could ever leave it.

    More units never give less: a further unit adds at least as much to the price as to any floor, or the
    floor lies above the price and nothing is given at all.
    """
    item, play = claim.item, claim.play
    if play.plain and not item.minimum_minor:
        claim.alone_desired = claim.alone = share(item.amount_minor, play.treatment.rate_bp)
        return
    most = play.units_most
    units = item.units if most is None else min(item.units, most)
    grant = _one(claim, item.amount_minor, units, play.rule.margin_floor_bp)
    claim.alone_desired, claim.alone = grant.desired, grant.amount


def grant_alone(claim: Claim) -> Grant:
    """The grant of a claim that shares its line, its budget and its limits with nobody."""
    reason: EffectReason | None = "margin_floor" if claim.alone < claim.alone_desired else None
    return Grant(claim, claim.item.units, claim.alone_desired, claim.alone, reason)


def is_capped(play: Play) -> bool:
    """Whether a limit ties the play's lines together."""
    if play.treatment.kind == POOL and len(play.claims) > 1:
        return True
    units, most, budget = play.units_most, play.most_minor, play.budget_minor
    if units is not None and sum([claim.item.units for claim in play.claims]) > units:
        return True
    if most is None and budget is None:
        return False
    alone = sum([claim.alone for claim in play.claims])
    return (most is not None and alone > most) or (budget is not None and alone > budget)


def settle(claims: Sequence[Claim]) -> list[Grant]:
    """What these claims give together. They must be allowed together; the order handed in plays no part."""
    ordered = sorted(claims, key=lambda claim: (claim.play.rule.rank, claim.item.order))
    left = {claim.item.order: claim.item.amount_minor for claim in ordered}
    floors = _strictest_floors(ordered)
    grants: list[Grant] = []
    start = 0
    while start < len(ordered):
        end = start + 1
        play = ordered[start].play
        while end < len(ordered) and ordered[end].play is play:
            end += 1
        for grant in _settle_play(play, ordered[start:end], left, floors):
            left[grant.claim.item.order] -= grant.amount
            grants.append(grant)
        start = end
    return grants


def step(claim: Claim, left_minor: int, floor_bp: int | None) -> Grant:
    """What a claim of a rule without limits gives on a line that earlier rules left at `left_minor`."""
    return _one(claim, left_minor, claim.item.units, floor_bp)


def _settle_play(
    play: Play, claims: Sequence[Claim], left: dict[int, int], floors: dict[int, int]
) -> list[Grant]:
    """All claims of one rule: wished, bounded per basket, capped by floors, then by the budget."""
    grants = [
        _one(claim, left[claim.item.order], units, floors.get(claim.item.order))
        for claim, units in _share_units(play, claims)
    ]
    if play.treatment.kind == POOL:
        _pool(play, grants, left, floors)
    if play.most_minor is not None:
        _bound(grants, play.most_minor, None)
    if play.budget_minor is not None:
        _bound(grants, play.budget_minor, "capacity")
    return grants


def _share_units(play: Play, claims: Sequence[Claim]) -> list[tuple[Claim, int]]:
    """How many units of each claim's item are discounted: the dearest first while the limit lasts."""
    if play.units_most is None:
        return [(claim, claim.item.units) for claim in claims]
    remaining = play.units_most
    shared: list[tuple[Claim, int]] = []
    for claim in sorted(claims, key=_dearness):
        units = min(claim.item.units, remaining)
        remaining -= units
        if units:
            shared.append((claim, units))
    return shared


def _dearness(claim: Claim) -> tuple[int, int]:
    """Orders by the price of a unit, dearest first, then by line."""
    item = claim.item
    return (-(item.amount_minor * 1_000_000 // item.units), item.order)


def _one(claim: Claim, left_minor: int, units: int, floor_bp: int | None) -> Grant:
    """One claim's wish on its units, capped by law (which it may not even desire) and by the margin floor."""
    item, play = claim.item, claim.play
    whole = units == item.units
    base = left_minor if whole else dearest(left_minor, item.units, units)
    lawful = base
    if item.minimum_minor:
        lawful -= item.minimum_minor if whole else ceiling(item.minimum_minor * units, item.units)
    desired = max(0, min(_wish(play, item, base, units), lawful))
    if floor_bp is None or not desired:
        return Grant(claim, units, desired, desired, None)
    amount = max(0, min(desired, base - _floor(play, item, units, base, floor_bp)))
    return Grant(claim, units, desired, amount, "margin_floor" if amount < desired else None)


def _wish(play: Play, item: Item, base: int, units: int) -> int:
    """What the reward gives on units that cost `base` now, at most all of it."""
    kind = play.treatment.kind
    if kind == PERCENT:
        return half_up(base * play.treatment.rate_bp * play.scale, BP * play.scale_of)
    if kind == POOL:
        return min(base, half_up(play.amount_minor * play.scale, play.scale_of))
    milli = item.quantity_milli if units == item.units else units * ONE_UNIT_MILLI
    priced = play.amount_minor * milli
    if kind == FIXED:
        off = max(0, base - half_up(priced, ONE_UNIT_MILLI))
        return half_up(off * play.scale, play.scale_of)
    return min(base, half_up(priced * play.scale, ONE_UNIT_MILLI * play.scale_of))


def _floor(play: Play, item: Item, units: int, base: int, floor_bp: int) -> int:
    """The least these units may cost so that, net of tax, the margin stays at the floor.

    (net - cost) / net >= floor, with net = price / (1 + tax), solved for the price and rounded up. Where the
    cost is not known, nothing may be taken off.
    """
    if item.product is None or item.product.cost_minor is None:
        return base
    milli = item.quantity_milli if units == item.units else units * ONE_UNIT_MILLI
    gross = BP + item.tax_rate_bp if play.tax_included else BP
    return ceiling(item.product.cost_minor * milli * gross, ONE_UNIT_MILLI * (BP - floor_bp))


def _strictest_floors(claims: Sequence[Claim]) -> dict[int, int]:
    """Per item the strictest margin floor of the rules on it: no companion may break through it."""
    floors: dict[int, int] = {}
    for claim in claims:
        floor_bp = claim.play.rule.margin_floor_bp
        if floor_bp is not None:
            order = claim.item.order
            floors[order] = max(floor_bp, floors.get(order, 0))
    return floors


def _pool(play: Play, grants: list[Grant], left: dict[int, int], floors: dict[int, int]) -> None:
    """Spread one amount over the lines, by what may lawfully be taken off each."""
    room = [grant.claim.item for grant in grants]
    weights = [max(0, left[item.order] - item.minimum_minor) for item in room]
    total = min(half_up(play.amount_minor * play.scale, play.scale_of), sum(weights))
    for grant, part in zip(grants, spread(total, weights), strict=True):
        item = grant.claim.item
        grant.desired = grant.amount = part
        grant.reason = None
        floor_bp = floors.get(item.order)
        if floor_bp is not None and part:
            base = left[item.order]
            grant.amount = max(0, min(part, base - _floor(play, item, item.units, base, floor_bp)))
            grant.reason = "margin_floor" if grant.amount < part else None


def _bound(grants: list[Grant], most_minor: int, reason: EffectReason | None) -> None:
    """Keep the sum within a bound, spread by what each would give. Without a reason the wish shrinks too."""
    amounts = [grant.amount for grant in grants]
    if sum(amounts) <= most_minor:
        return
    for grant, amount in zip(grants, spread(most_minor, amounts), strict=True):
        if reason is None:
            grant.desired, grant.reason = amount, None
        elif amount < grant.amount:
            grant.reason = reason
        grant.amount = amount
