"""Which offers are applied together: the most for the shopper among all allowed combinations.

A combination is allowed when on every line all rules join each other, and of an exclusive group at most one
rule is used in the basket. Lines that nothing ties together are solved one by one; tied lines form
components.

Invariant: exact for every component of up to `Policy.exact_claims` claims (a claim is one campaign on one
line), and beyond that unless `bounded` says that the fixed number of nodes ran out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from offers.evaluation.bound import Lines, by_line
from offers.evaluation.pricing import Claim, Grant, Play, grant_alone
from offers.evaluation.search import best_set
from offers.evaluation.stack import Nodes, best_stack, better, worth
from offers.model import Policy

MOST_ASSIGNMENTS = 128


@dataclass(frozen=True, slots=True)
class Chosen:
    """The grants that are worth something, and whether a search had to stop early."""

    grants: list[Grant]
    bounded: bool


def choose(plays: Sequence[Play], policy: Policy) -> Chosen:
    """The best allowed combination of the plays' claims. Where no two meet, there is nothing to choose."""
    claims = [claim for play in plays for claim in play.claims]
    if len({claim.item.order for claim in claims}) == len(claims) and not any(map(_is_tied, plays)):
        return Chosen([grant_alone(claim) for claim in claims], bounded=False)
    nodes = Nodes(policy.search_steps)
    grants = _solve(claims, nodes, policy.exact_claims)
    return Chosen([grant for grant in grants if grant.amount], nodes.spent)


def _is_tied(play: Play) -> bool:
    """Whether a claim of the play may depend on lines of others."""
    return play.rule.group is not None or play.capped


def _solve(claims: Sequence[Claim], nodes: Nodes, exact_claims: int) -> list[Grant]:
    """Each component alone: their values add up."""
    lines = by_line(claims)
    plays = list(dict.fromkeys([claim.play for claim in claims]))
    contested = _contested(plays)
    ties = [play for play in plays if play.rule.group in contested or play.capped]
    if not ties:
        return [
            grant
            for own in lines.values()
            for grant in best_stack(own, _line_nodes(own, nodes, exact_claims))
        ]
    return [
        grant
        for component in _components(lines, ties)
        for grant in _solve_component(
            {order: lines[order] for order in component}, contested, nodes, exact_claims
        )
    ]


def _solve_component(
    lines: Lines, contested: set[str | None], nodes: Nodes, exact_claims: int
) -> list[Grant]:
    claims = [claim for own in lines.values() for claim in own]
    groups = _rivals(claims, contested) if contested else []
    if groups:
        return _best_assignment(claims, groups, nodes, exact_claims)
    if any(claim.play.capped for claim in claims):
        return best_set(lines, nodes, exact_claims)
    return best_stack(claims, _line_nodes(claims, nodes, exact_claims))


def _best_assignment(
    claims: list[Claim], groups: list[list[Play]], nodes: Nodes, exact_claims: int
) -> list[Grant]:
    """For each way to let one rule of every exclusive group play, the best of the rest; of these the best."""
    rivals = {position for group in groups for position in _positions(group)}
    if prod(map(len, groups)) > MOST_ASSIGNMENTS:
        nodes.spent = True
        groups = [[max(group, key=_promise)] for group in groups]
    best: list[Grant] = []
    best_worth: tuple[int, list[int]] = (0, [])
    for winners in product(*groups):
        playing = _positions(winners)
        kept = [
            claim
            for claim in claims
            if claim.play.rule.position in playing or claim.play.rule.position not in rivals
        ]
        grants = _solve(kept, nodes, exact_claims)
        found = worth(grants)
        if better(found, best_worth):
            best, best_worth = grants, found
    return best


def _positions(plays: Iterable[Play]) -> set[int]:
    return {play.rule.position for play in plays}


def _promise(play: Play) -> tuple[int, int]:
    return (sum(claim.alone for claim in play.claims), -play.rule.position)


def _contested(plays: Iterable[Play]) -> set[str | None]:
    """The exclusive groups that more than one rule here belongs to."""
    members = Counter([play.rule.group for play in plays if play.rule.group is not None])
    return {group for group, count in members.items() if count > 1}


def _rivals(claims: Iterable[Claim], contested: set[str | None]) -> list[list[Play]]:
    groups: dict[str, dict[int, Play]] = defaultdict(dict)
    for claim in claims:
        group = claim.play.rule.group
        if group is not None and group in contested:
            groups[group][claim.play.rule.position] = claim.play
    return [[own[position] for position in sorted(own)] for _, own in sorted(groups.items()) if len(own) > 1]


def _components(lines: Lines, ties: Sequence[Play]) -> list[list[int]]:
    """Lines joined by a capped rule or by rules of one contested group, smallest first line first."""
    first = {order: order for order in lines}
    knots: dict[str, int] = {}
    for play in ties:
        touched = {first[claim.item.order] for claim in play.claims if claim.item.order in first}
        if play.rule.group is not None and touched:
            touched.add(first[knots.setdefault(play.rule.group, min(touched))])
        if len(touched) > 1:
            least = min(touched)
            first = {order: least if held in touched else held for order, held in first.items()}
    members: dict[int, list[int]] = defaultdict(list)
    for order, held in first.items():
        members[held].append(order)
    return list(members.values())


def _line_nodes(claims: Sequence[Claim], nodes: Nodes, exact_claims: int) -> Nodes:
    """A line of few claims is searched to the end, whatever the rest of the basket has used up."""
    return nodes if len(claims) > exact_claims else Nodes(1 << (exact_claims + 2))
