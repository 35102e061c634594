"""Upper bounds on what tangled claims can give together: what makes a search stop early and still be exact.

Invariant: never below what any allowed set of the claims gives. They rest on `Claim.alone`, which is an upper
bound of what a claim gives in any company.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from offers.money import ceiling
from offers.pricing import Claim, Play
from offers.rule import POOL
from offers.stack import joinable


def is_capped(play: Play) -> bool:
    """Whether a limit ties the rule's lines together: what one line takes, another may miss."""
    if play.treatment.kind == POOL and len(play.claims) > 1:
        return True
    units, most, budget = play.units_most, play.most_minor, play.budget_minor
    if units is not None and sum([claim.item.units for claim in play.claims]) > units:
        return True
    if most is None and budget is None:
        return False
    alone = sum([claim.alone for claim in play.claims])
    return (most is not None and alone > most) or (budget is not None and alone > budget)


def line_bound(claims: Sequence[Claim]) -> int:
    """The most that one line's claims can give."""
    if not any(joinable(a.play.rule, b.play.rule) for i, a in enumerate(claims) for b in claims[:i]):
        return max(claim.alone for claim in claims)
    return min(claims[0].item.amount_minor, sum(claim.alone for claim in claims))


def play_bound(play: Play, gains: Iterable[tuple[Claim, int]]) -> int:
    """The most that a rule can gain over these claims, each at most so much, within the rule's limits."""
    kept = [(claim, gain) for claim, gain in gains if gain > 0]
    total = sum(gain for _, gain in kept)
    if play.units_most is not None:
        total = min(total, _dearest_units(play.units_most, kept))
    if play.treatment.kind == POOL:
        total = min(total, ceiling(play.amount_minor * play.scale, play.scale_of))
    for most in (play.most_minor, play.budget_minor):
        if most is not None:
            total = min(total, most)
    return total


def whole_bound(claims: Sequence[Claim]) -> int:
    """The most that all claims together can give: the least of three bounds."""
    lines = by_line(claims)
    bounds = [sum(map(line_bound, lines.values()))]
    plays = by_play(claims)
    bounds.append(sum(play_bound(play, ((claim, claim.alone) for claim in own)) for play, own in plays))
    capped = [(play, own) for play, own in plays if is_capped(play)]
    if not any(joinable(a.rule, b.rule) for i, (a, _) in enumerate(capped) for b, _ in capped[:i]):
        bounds.append(_bonus_bound(lines, capped))
    return min(bounds)


def by_line(claims: Iterable[Claim]) -> dict[int, list[Claim]]:
    """The claims of each item, in the items' order."""
    lines: dict[int, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda claim: claim.item.order):
        lines[claim.item.order].append(claim)
    return lines


def by_play(claims: Iterable[Claim]) -> list[tuple[Play, list[Claim]]]:
    """The claims of each rule, in the order of positions."""
    plays: dict[int, tuple[Play, list[Claim]]] = {}
    for claim in claims:
        plays.setdefault(claim.play.rule.position, (claim.play, []))[1].append(claim)
    return [plays[position] for position in sorted(plays)]


def _bonus_bound(lines: dict[int, list[Claim]], capped: list[tuple[Play, list[Claim]]]) -> int:
    """What the lines give without capped rules, and on top what each capped rule gains over that at best.

    Only true where capped rules never share a line, so that each line counts at most one bonus.
    """
    positions = {play.rule.position for play, _ in capped}
    free = {
        order: [claim for claim in own if claim.play.rule.position not in positions]
        for order, own in lines.items()
    }
    without = {order: line_bound(own) if own else 0 for order, own in free.items()}
    total = sum(without.values())
    for play, own in capped:
        total += play_bound(play, ((claim, _gain(claim, free, without)) for claim in own))
    return total


def _gain(claim: Claim, free: dict[int, list[Claim]], without: dict[int, int]) -> int:
    order = claim.item.order
    friends = [other for other in free[order] if joinable(claim.play.rule, other.play.rule)]
    together = claim.alone + (line_bound(friends) if friends else 0)
    return min(claim.item.amount_minor, together) - without[order]


def _dearest_units(units: int, gains: list[tuple[Claim, int]]) -> int:
    """The most that so many units can gain, taking each claim's units at the most one of them can."""
    per_unit: list[tuple[int, int]] = []
    for claim, gain in gains:
        own = (
            claim.item.units
            if claim.play.units_most is None
            else min(claim.item.units, claim.play.units_most)
        )
        per_unit.append((gain if own == 1 else _most_per_unit(claim, gain, own), own))
    total = 0
    for most, own in sorted(per_unit, reverse=True):
        used = min(own, units)
        total += most * used
        units -= used
    return total


def _most_per_unit(claim: Claim, gain: int, units: int) -> int:
    """No unit gains more than a piece costs, rounded up, nor than all units together gain."""
    return min(gain, ceiling(claim.item.amount_minor, claim.item.units), max(ceiling(gain, units) + 1, 1))
