"""Which offers are applied together: the most for the shopper among all allowed combinations.

A combination is allowed when on every line all rules join each other, and of an exclusive group at most one
rule is used in the basket. Lines that nothing ties together are solved one by one; tied lines form
components.

Invariant: exact for every component of up to `Policy.exact_claims` claims (a claim is one campaign on one
line), and beyond that unless `bounded` says that the fixed number of nodes ran out.
"""

from collections import defaultdict
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
    contested = _contested(claims)
    ties = [play for play in _plays(claims) if play.rule.group in contested or play.capped]
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


def _contested(claims: Iterable[Claim]) -> set[str | None]:
    """The exclusive groups that more than one rule here belongs to."""
    members: dict[str | None, int] = {}
    contested: set[str | None] = set()
    for claim in claims:
        rule = claim.play.rule
        if rule.group is not None and members.setdefault(rule.group, rule.position) != rule.position:
            contested.add(rule.group)
    return contested


def _rivals(claims: Iterable[Claim], contested: set[str | None]) -> list[list[Play]]:
    groups: dict[str, dict[int, Play]] = defaultdict(dict)
    for claim in claims:
        group = claim.play.rule.group
        if group is not None and group in contested:
            groups[group][claim.play.rule.position] = claim.play
    return [[own[position] for position in sorted(own)] for _, own in sorted(groups.items()) if len(own) > 1]


def _plays(claims: Iterable[Claim]) -> list[Play]:
    return list({claim.play.rule.position: claim.play for claim in claims}.values())


def _components(lines: Lines, ties: Sequence[Play]) -> list[list[int]]:
    """Lines joined by a capped rule or by rules of one contested group, smallest first line first."""
    root = {order: order for order in lines}

    def find(order: int) -> int:
        while root[order] != order:
            root[order] = root[root[order]]
            order = root[order]
        return order

    knots: dict[str, int] = {}
    for play in ties:
        touched = [claim.item.order for claim in play.claims if claim.item.order in root]
        if play.rule.group is not None and touched:
            touched.append(knots.setdefault(play.rule.group, touched[0]))
        for order in touched[1:]:
            root[find(order)] = find(touched[0])
    members: dict[int, list[int]] = defaultdict(list)
    for order in lines:
        members[find(order)].append(order)
    return list(members.values())


def _line_nodes(claims: Sequence[Claim], nodes: Nodes, exact_claims: int) -> Nodes:
    """A line of few claims is searched to the end, whatever the rest of the basket has used up."""
    return nodes if len(claims) > exact_claims else Nodes(1 << (exact_claims + 2))
