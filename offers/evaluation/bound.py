"""Upper bounds on what tangled claims can give together: what makes a search stop early and still be exact.

Invariant: never below what any allowed set of the claims gives. They rest on `Claim.alone`, an upper bound of
what a claim gives in any company, and on lines solved as if no limit tied them to others.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from offers.catalogue.rule import POOL
from offers.evaluation.pricing import Claim, Play
from offers.evaluation.stack import Nodes, best_stack, joinable, worth
from offers.money import ceiling

# Enough for any line of at most twelve claims; a longer one falls back to a coarser bound when they run out.
_LINE_NODES = 1 << 14

Lines = dict[int, list[Claim]]


class Gain(NamedTuple):
    """The most a capped claim adds to its line, if its cap leaves it alone; `joined` when other claims stay
    on the line beside it: all those that do it are `claims`.
    """

    claim: Claim
    gain: int
    joined: bool
    claims: Sequence[Claim] = ()


def by_line(claims: Iterable[Claim]) -> Lines:
    """The claims of each item, in the items' order."""
    lines: Lines = defaultdict(list)
    for claim in claims:
        lines[claim.item.order].append(claim)
    return {order: lines[order] for order in sorted(lines)}


def by_play(claims: Iterable[Claim]) -> list[tuple[Play, list[Claim]]]:
    """The claims of each rule, in the order of positions."""
    plays: dict[int, tuple[Play, list[Claim]]] = {}
    for claim in claims:
        found = plays.get(claim.play.rule.position)
        if found is None:
            plays[claim.play.rule.position] = (claim.play, [claim])
        else:
            found[1].append(claim)
    return [plays[position] for position in sorted(plays)]


def line_bound(claims: Sequence[Claim]) -> int:
    """The most that one line's claims can give: what they give when nothing runs out."""
    if not claims:
        return 0
    coarse = min(claims[0].item.amount_minor, sum([claim.alone for claim in claims]))
    if any(claim.fits for claim in claims):  # what serves in a group cannot be settled on its line alone
        return coarse
    nodes = Nodes(_LINE_NODES)
    best = worth(best_stack(claims, nodes))[0]
    return coarse if nodes.spent else best


def gains(lines: Lines, free: dict[int, int]) -> list[Gain]:
    """For every capped claim the best its line can do with it, beside claims of rules that are not capped,
    against what the line gives without (`free`).
    """
    found: list[Gain] = []
    for order, own in lines.items():
        for claim in own:
            if claim.play.capped:
                friends = _unbound_friends(claim, own) if claim.play.rule.joins else None
                if friends:
                    found.append(_joined(claim, friends, free[order]))
                else:
                    found.append(Gain(claim, claim.alone - free[order], False, (claim,)))
    return found


def _unbound_friends(claim: Claim, own: Sequence[Claim]) -> list[Claim]:
    return [other for other in own if not other.play.capped and joinable(claim.play.rule, other.play.rule)]


def _joined(claim: Claim, friends: Sequence[Claim], free_minor: int) -> Gain:
    if claim.fits:
        grants = best_stack(friends, Nodes(_LINE_NODES))
        most = min(claim.item.amount_minor, claim.alone + worth(grants)[0])
        return Gain(claim, most - free_minor, True, [claim, *[grant.claim for grant in grants]])
    grants = best_stack([claim, *friends], Nodes(_LINE_NODES))
    return Gain(claim, worth(grants)[0] - free_minor, True, [grant.claim for grant in grants])


def whole_bound(lines: Lines, free: dict[int, int], capped: Sequence[Gain]) -> int:
    """The most that all claims together can give.

    `free` holds what every line gives without the claims of capped rules; what those of a rule without a cap
    give alone, they may give together.
    """
    plays: dict[Play, list[Gain]] = {}
    for one in capped:
        plays.setdefault(one.claim.play, []).append(one)
    if not any(joinable(a.rule, b.rule) for a, b in combinations(plays, 2)):
        # Capped rules never share a line, so each line counts at most one of these bonuses.
        return sum(free.values()) + sum([play_bound(play, own) for play, own in plays.items()])
    sure = sum([claim.alone for own in lines.values() for claim in own if not claim.play.capped])
    alone = [[Gain(one.claim, one.claim.alone, joined=False) for one in own] for own in plays.values()]
    by_rules = sure + sum([play_bound(play, own) for play, own in zip(plays, alone, strict=True)])
    return min(by_rules, sum(map(line_bound, lines.values())))


def play_bound(play: Play, gains: Sequence[Gain]) -> int:
    """The most that a rule can gain over these claims, each at most so much, within the rule's limits."""
    kept = [one for one in gains if one.gain > 0]
    total = sum([one.gain for one in kept])
    if play.units_most is not None:
        total = min(total, _by_units(play.units_most, kept))
    for most in money_limits(play):
        total = min(total, _by_money(most, kept))
    return total


def money_limits(play: Play) -> list[int]:
    """The amounts that the rule's sum over all lines cannot exceed."""
    bounds = (play.most_minor, play.budget_minor, play.groups_minor)
    limits = [most for most in bounds if most is not None]
    if play.treatment.kind == POOL and play.treatment.group is None:
        limits.append(ceiling(play.amount_minor * play.scale, play.scale_of))
    return limits


def _by_money(most_minor: int, gains: Sequence[Gain]) -> int:
    """The most that can be gained while the amounts stay within a sum: best gain per minor unit first.

    The first claim that no longer fits counts in part, rounded up (the knapsack's continuous bound). A claim
    alone on its line gains in proportion to its amount; one that joins others may gain all it can with less,
    but never more than its amount, so it weighs what it gains.
    """
    weighed = [(one.gain, one.gain if one.joined else one.claim.alone) for one in gains]
    total, room = 0, most_minor
    for gain, weight in sorted(weighed, key=lambda one: -(one[0] << 40) // one[1]):
        if weight > room:
            return total + (ceiling(gain * room, weight) + 1 if room else 0)
        total += gain
        room -= weight
    return total


def _by_units(units: int, gains: Sequence[Gain]) -> int:
    """The most that so many units can gain, taking each claim's units at the most one of them can."""
    per_unit: list[tuple[int, int]] = []
    for one in gains:
        most = one.claim.play.units_most
        own = one.claim.item.units if most is None else min(one.claim.item.units, most)
        per_unit.append((one.gain if own == 1 else _per_unit(one, own), own))
    total = 0
    for value, own in sorted(per_unit, reverse=True):
        used = min(own, units)
        total += value * used
        units -= used
    return total


def _per_unit(one: Gain, units: int) -> int:
    """No unit gains more than a piece costs, nor more than its share of the whole and two roundings."""
    claim = one.claim
    whole = claim.alone if one.joined else one.gain
    return min(one.gain, ceiling(claim.item.amount_minor, claim.item.units), ceiling(whole, units) + 1)
