"""What rules take off lines: the one place where amounts are worked out, for quotes and searches alike.

Invariant: in `settle` no line falls below zero, below what the law asks or, because of a campaign with a
margin floor, below that floor; parts sum to the whole. Rules take off in the order of their rank, each from
what the earlier ones left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from offers.catalogue.group import GET, Group
from offers.catalogue.rule import FIXED, GIFT, PERCENT, POOL, Rule, Treatment
from offers.evaluation.case import Item
from offers.evaluation.decision import EffectReason
from offers.evaluation.groups import Pick, Stack, Worth, form
from offers.interests.interest_rules import Standing
from offers.model import ONE_UNIT_MILLI
from offers.money import BP, ceiling, dearest, half_up, share, spread


@dataclass(slots=True, eq=False)
class Play:
    """A rule as it plays in one query: its treatment, its amount in the basket's currency, what is left.

    `plain`: a percentage and nothing else to heed. `capped`: a limit ties its lines together, what one line
    takes another may miss. `joins_all`: it shares lines with all others of which that is said, and on each
    nothing but the line binds it.
    The reward is scaled by `scale / scale_of` (decay). `most_minor` bounds one use, `budget_minor` is what
    the money budget has left, `groups_minor` what all its groups give alone. `reached` are the items that a
    reward beside the price counts.
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
    joins_all: bool = False
    claims: "list[Claim]" = field(default_factory=list)
    groups_minor: int | None = None
    reached: Sequence[Item] = ()


@dataclass(slots=True, eq=False)
class Claim:
    """One rule on one item: the smallest part of an offer that can be taken or left.

    `alone_desired` and `alone` are what it would give if nothing else were applied and nothing ran out: upper
    bounds of what it can give in any company. `fits` are the parts of a group that its item fits.
    """

    play: Play
    item: Item
    standing: Standing | None
    alone_desired: int = 0
    alone: int = 0
    fits: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class Grant:
    """What a claim gives in the end, on so many of its item's units."""

    claim: Claim
    units: int
    desired: int
    amount: int
    reason: EffectReason | None


def alone_on(play: Play, item: Item, fits: tuple[int, ...] = ()) -> tuple[int, int]:
    """What the rule would wish and give on this item if nothing else were applied, on as many units as its
    limit could ever leave it.

    More units never give less: a further unit adds at least as much to the price as to any floor, or the
    floor lies above the price and nothing is given at all.
    """
    if play.treatment.group is not None:
        amount = _alone_in_groups(play, item, fits)
        return amount, amount
    most = play.units_most
    units = item.units if most is None else min(item.units, most)
    return _amounts(play, item, item.amount_minor, units, play.rule.margin_floor_bp)


def _alone_in_groups(play: Play, item: Item, fits: tuple[int, ...]) -> int:
    """The most an item can be given in groups, however many it serves in; nothing where it only earns."""
    group = play.treatment.group
    assert group is not None, "asked of group rewards only"
    if not group.is_bundle and GET not in fits:
        return 0
    units = item.units if group.most is None else min(item.units, group.most * group.touched)
    if not units:
        return 0
    if group.is_bundle and play.treatment.kind in {FIXED, POOL}:
        return max(0, dearest(item.amount_minor, item.units, units) - _least(item, units))
    return _amounts(play, item, item.amount_minor, units, None)[1]


def grant_alone(claim: Claim) -> Grant:
    """The grant of a claim that shares its line, its budget and its limits with nobody."""
    reason: EffectReason | None = "margin_floor" if claim.alone < claim.alone_desired else None
    return Grant(claim, claim.item.units, claim.alone_desired, claim.alone, reason)


def is_capped(play: Play) -> bool:
    """Whether a limit ties the play's lines together."""
    if play.treatment.group is not None or (play.treatment.kind == POOL and len(play.claims) > 1):
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
    spare: dict[int, int] = {}  # units that no group has taken yet, of the lines where one has taken some
    grants: list[Grant] = []
    start = 0
    while start < len(ordered):
        end = start + 1
        play = ordered[start].play
        while end < len(ordered) and ordered[end].play is play:
            end += 1
        for grant in _settle_play(play, ordered[start:end], left, floors, spare):
            left[grant.claim.item.order] -= grant.amount
            grants.append(grant)
        start = end
    return grants


def step(claim: Claim, left_minor: int, floor_bp: int | None) -> int:
    """What a claim of a rule without limits gives on a line that earlier rules left at `left_minor`."""
    return _amounts(claim.play, claim.item, left_minor, claim.item.units, floor_bp)[1]


def settle_line(claims: Iterable[Claim], left: int, floor_bp: int | None) -> list[Grant]:
    """What `settle` says of claims on one line that costs `left`, in the order of taking off, when no limit
    binds there and the floor is the same for all.
    """
    grants: list[Grant] = []
    for claim in claims:
        units = claim.item.units
        desired, amount = _amounts(claim.play, claim.item, left, units, floor_bp)
        grants.append(Grant(claim, units, desired, amount, "margin_floor" if amount < desired else None))
        left -= amount
    return grants


def _settle_play(
    play: Play,
    claims: Sequence[Claim],
    left: dict[int, int],
    floors: dict[int, int],
    spare: dict[int, int],
) -> list[Grant]:
    """All claims of one rule: wished, bounded per basket, capped by floors, then by the budget."""
    if claims[0].item.beside:
        return [grant_alone(claims[0])]
    if play.treatment.group is not None:
        grants = _grouped(play, claims, left, floors, spare)
    else:
        grants = [
            _one(claim, left[claim.item.order], units, floors.get(claim.item.order))
            for claim, units in _share_units(play, claims)
        ]
        if play.treatment.kind == POOL:
            _spread_off(play, grants, half_up(play.amount_minor * play.scale, play.scale_of), left, floors)
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


def _grouped(
    play: Play,
    claims: Sequence[Claim],
    left: dict[int, int],
    floors: dict[int, int],
    spare: dict[int, int],
) -> list[Grant]:
    """Groups from the units that no earlier rule's groups hold, priced by what earlier rules left of them."""
    group = play.treatment.group
    assert group is not None, "asked of group rewards only"
    serving = _stacks(claims, left, spare)
    is_shared_out = group.is_bundle and play.treatment.kind in {FIXED, POOL}
    count, picks = _formed(play, group, serving)
    grants: list[Grant] = []
    for (claim, stack), pick in zip(serving, picks, strict=True):
        order = claim.item.order
        spare[order] = stack.units - pick.used
        if pick.got and not is_shared_out:
            grants.append(_one(claim, left[order], pick.got, floors.get(order)))
        elif pick.used:  # what only earns the reward is given nothing, and yet is part of it
            grants.append(Grant(claim, pick.used, 0, 0, None))
    if is_shared_out:
        off = count * play.amount_minor
        if play.treatment.kind == FIXED:
            off = max(0, sum([_cost(grant, left) for grant in grants]) - off)
        _spread_off(play, grants, half_up(off * play.scale, play.scale_of), left, floors)
    return grants


def groups_most(play: Play) -> int:
    """The most that all groups of a rule's claims can give in any company: what they would give alone if no
    law and no margin held anything back. A share, a price or decay may round up on each line.
    """
    group = play.treatment.group
    assert group is not None, "asked of group rewards only"
    serving = _stacks(play.claims, {one.item.order: one.item.amount_minor for one in play.claims}, {})
    is_shared_out = group.is_bundle and play.treatment.kind in {FIXED, POOL}
    count, picks = _formed(play, group, serving)
    total = 0
    for (claim, stack), pick in zip(serving, picks, strict=True):
        if pick.got:
            base = dearest(stack.amount_minor, stack.units, pick.got)
            total += base if is_shared_out else _wish(play, claim.item, base, pick.got)
    if is_shared_out:
        price = count * play.amount_minor
        off = min(total, price) if play.treatment.kind == POOL else max(0, total - price)
        total = half_up(off * play.scale, play.scale_of)
    exact = play.scale == play.scale_of and (is_shared_out or play.treatment.rate_bp == BP)
    return total if exact else total + len(play.claims)


def _stacks(
    claims: Sequence[Claim], left: dict[int, int], spare: dict[int, int]
) -> list[tuple[Claim, Stack]]:
    """The free units of the claims' lines, the dearest first."""
    found: list[tuple[Claim, Stack]] = []
    for claim in claims:
        item = claim.item
        units = spare.get(item.order, item.units)
        if units:
            amount = left[item.order] if units == item.units else dearest(left[item.order], item.units, units)
            found.append((claim, Stack(units, amount, claim.fits)))
    found.sort(key=lambda part: (-(part[1].amount_minor * 1_000_000 // part[1].units), part[0].item.order))
    return found


def _formed(play: Play, group: Group, serving: Sequence[tuple[Claim, Stack]]) -> tuple[int, list[Pick]]:
    """How many groups the stacks make up, and from which units."""
    return form(
        group,
        [stack for _, stack in serving],
        most=group.most,
        price_minor=play.amount_minor if group.is_bundle and play.treatment.kind == FIXED else None,
        worth=_worth(play, serving),
    )


def _worth(play: Play, serving: Sequence[tuple[Claim, Stack]]) -> Worth:
    """What the reward wishes to give on so many units of a line in groups."""

    def worth(i: int, units: int) -> int:
        claim, stack = serving[i]
        return _wish(play, claim.item, dearest(stack.amount_minor, stack.units, units), units)

    return worth


def _cost(grant: Grant, left: dict[int, int]) -> int:
    """What the grant's units cost now."""
    item = grant.claim.item
    whole = grant.units == item.units
    return left[item.order] if whole else dearest(left[item.order], item.units, grant.units)


def _least(item: Item, units: int) -> int:
    """What the law asks for so many units."""
    if not item.minimum_minor:
        return 0
    return item.minimum_minor if units == item.units else ceiling(item.minimum_minor * units, item.units)


def _dearness(claim: Claim) -> tuple[int, int]:
    """Orders by the price of a unit, dearest first, then by line."""
    item = claim.item
    return (-(item.amount_minor * 1_000_000 // item.units), item.order)


def _one(claim: Claim, left_minor: int, units: int, floor_bp: int | None) -> Grant:
    """One claim's wish on its units, and what is given of it."""
    desired, amount = _amounts(claim.play, claim.item, left_minor, units, floor_bp)
    return Grant(claim, units, desired, amount, "margin_floor" if amount < desired else None)


def _amounts(play: Play, item: Item, left_minor: int, units: int, floor_bp: int | None) -> tuple[int, int]:
    """What is wished and given, capped by law (which may not even be desired) and by the margin floor."""
    if play.plain and floor_bp is None and units == item.units and not item.minimum_minor:
        amount = share(left_minor, play.treatment.rate_bp)
        return amount, amount
    base = left_minor if units == item.units else dearest(left_minor, item.units, units)
    lawful = base - _least(item, units) if item.minimum_minor else base
    desired = max(0, min(_wish(play, item, base, units), lawful))
    if floor_bp is None or not desired:
        return desired, desired
    return desired, max(0, min(desired, base - _floor(play, item, units, base, floor_bp)))


def _wish(play: Play, item: Item, base: int, units: int) -> int:
    """What the reward gives on units that cost `base` now, at most all of it."""
    kind = play.treatment.kind
    if kind in {PERCENT, GIFT}:
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


def _spread_off(
    play: Play, grants: list[Grant], total_minor: int, left: dict[int, int], floors: dict[int, int]
) -> None:
    """Spread one amount over the grants' units, by what may lawfully be taken off them."""
    weights = [max(0, _cost(grant, left) - _least(grant.claim.item, grant.units)) for grant in grants]
    parts = spread(min(total_minor, sum(weights)), weights)
    for grant, part in zip(grants, parts, strict=True):
        item = grant.claim.item
        grant.desired = grant.amount = part
        grant.reason = None
        floor_bp = floors.get(item.order)
        if floor_bp is not None and part:
            base = _cost(grant, left)
            grant.amount = max(0, min(part, base - _floor(play, item, grant.units, base, floor_bp)))
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
