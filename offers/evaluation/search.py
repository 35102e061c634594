"""The best set among tangled claims: lines tied by a budget, a limit per basket or one amount for all.

Greedy first; where that already reaches the upper bound it is proved best. Else branch and bound over single
claims: to the end for a component of no more than `Policy.exact_claims`, beyond that for a fixed number of
steps.

Invariant: what is answered is never worse than greedy, and the same for the same claims on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from offers.evaluation.bound import Gain, Lines, by_play, gains, line_bound, money_limits, whole_bound
from offers.evaluation.pricing import Claim, Grant, settle
from offers.evaluation.stack import DEEPEST, Nodes, best_stack, better, joinable, worth

_FEW = 1 << 40  # steps for a component that must be exact: never reached by 2**12 sets
_UNLIMITED = 1 << 62


def best_set(lines: Lines, nodes: Nodes, exact_claims: int) -> list[Grant]:
    """The best grants for one component of tangled claims without contested exclusive groups."""
    claims = [claim for own in lines.values() for claim in own]
    return _Search(lines, claims, nodes if len(claims) > exact_claims else Nodes(_FEW)).solve()


def fits(claim: Claim, taken: Sequence[Claim]) -> bool:
    """Whether a claim may be taken beside others: everything on its line must join it."""
    for other in taken:
        if other.item is claim.item and not joinable(claim.play.rule, other.play.rule):
            return False
    return True


@dataclass(slots=True)
class _Tree:
    """The claims in the order of deciding, line by line. Bit i of a mask is claim i.

    `after[i]` bounds what the lines can add from claim i on. Rules are numbered, all those without a money
    limit as one: `rest[p][i]` sums what rule p's claims from i on give alone, `limits[p]` is the most it can
    give in all.
    """

    claims: list[Claim]
    rivals: list[int]
    after: list[int]
    rule_of: list[int]
    rest: list[list[int]]
    limits: list[int]


@dataclass(slots=True)
class _Search:
    """`free` is the best of every line without the claims of capped rules, `values` what that is worth.

    Only lines with a claim of a capped rule (`tied`) depend on others, so only these are settled together;
    what the others give is known.
    """

    lines: Lines
    claims: list[Claim]
    nodes: Nodes
    free: dict[int, list[Grant]] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)
    best: list[Grant] = field(default_factory=list)
    best_worth: tuple[int, list[int]] = (0, [])

    def solve(self) -> list[Grant]:
        for order, own in self.lines.items():
            unbound = [claim for claim in own if not claim.play.capped]
            free = self.free[order] = best_stack(unbound, self.nodes) if unbound else []
            self.values[order] = sum([grant.amount for grant in free])
        capped = gains(self.lines, self.values)
        most = whole_bound(self.lines, self.values, capped)
        if len(self.claims) == len(self.lines):
            self._try(self.claims)
        if self.best_worth[0] < most:
            self._greedy(capped, most)
        if len(self.claims) > DEEPEST:
            self.nodes.spent = self.nodes.spent or self.best_worth[0] < most
        elif self.best_worth[0] < most:
            tree = _plant(self.lines)
            self._walk(tree, 0, 0, 0, [0] * len(tree.limits), most)
        return self._widened()

    def _greedy(self, capped: Sequence[Gain], most: int) -> None:
        """The lines' own best first; then lines with a capped claim instead, by what that adds."""
        self._try_tied({})
        tied: Mapping[int, Sequence[Claim]] = self._with_groups()
        hopeful = [one for one in capped if one.gain > 0]
        for one in sorted(hopeful, key=lambda one: (-one.gain, one.claim.play.rule.position)):
            if self.best_worth[0] >= most:
                return
            swapped = {**tied, one.claim.item.order: one.claims}
            if self._try_tied(swapped):
                tied = swapped

    def _with_groups(self) -> Lines:
        """Let rules for groups in where that is better, each with all the lines that serve in its groups."""
        tied: Lines = {}
        plays = by_play([claim for claim in self.claims if claim.play.groups_minor is not None])
        for _, own in sorted(plays, key=lambda part: (-(part[0].groups_minor or 0), part[0].rule.position)):
            swapped = dict(tied)
            for serving in [grant.claim for grant in settle(own)]:
                order = serving.item.order
                held = tied[order] if order in tied else [grant.claim for grant in self.free[order]]
                swapped[order] = [*[other for other in held if fits(other, (serving,))], serving]
            if self._try_tied(swapped):
                tied = swapped
        return tied

    def _walk(self, tree: _Tree, at: int, taken: int, sure: int, given: list[int], most: int) -> None:
        """Decide claim `at`: taken where nothing taken bars it, then left.

        `sure` sums what the taken claims give alone, `given` the same by rule.
        """
        if self.best_worth[0] >= most or not self.nodes.take():
            return
        while at < len(tree.claims) and tree.rivals[at] & taken:
            at += 1
        if at == len(tree.claims):
            self._try([claim for i, claim in enumerate(tree.claims) if taken >> i & 1])
            return
        if sure + tree.after[at] <= self.best_worth[0] or _by_rules(tree, at, given) <= self.best_worth[0]:
            return
        alone, rule = tree.claims[at].alone, tree.rule_of[at]
        given[rule] += alone
        self._walk(tree, at + 1, taken | 1 << at, sure + alone, given, most)
        given[rule] -= alone
        self._walk(tree, at + 1, taken, sure, given, most)

    def _try(self, claims: Sequence[Claim]) -> bool:
        """Keep the claims' grants if they are better than the best so far. Counts as many steps as claims."""
        return self.nodes.take(len(claims)) and self._keep(settle(claims))

    def _try_tied(self, tied: Mapping[int, Sequence[Claim]]) -> bool:
        """The same for these lines with these claims, and all others at their own best."""
        left = {order: grants for order, grants in self.free.items() if order not in tied}
        claims = [claim for own in tied.values() for claim in own]
        if not self.nodes.take(len(claims) + sum(map(len, left.values()))):
            return False
        settled = settle(claims)
        total = sum([grant.amount for grant in settled]) + sum([self.values[order] for order in left])
        return total >= self.best_worth[0] and self._keep([*chain.from_iterable(left.values()), *settled])

    def _keep(self, grants: list[Grant]) -> bool:
        found = worth(grants)
        if not better(found, self.best_worth):
            return False
        self.best, self.best_worth = grants, found
        return True

    def _widened(self) -> list[Grant]:
        """What is best, spread over every further line that the same rules may touch without loss.

        One amount off a basket belongs on all lines in scope, also where fewer could carry it.
        """
        serving = [grant for grant in self.best if grant.amount or grant.claim.fits]
        taken: dict[int, list[Grant]] = {order: [] for order in self.lines}
        for grant in serving:
            taken[grant.claim.item.order].append(grant)
        held = {grant.claim for grant in serving}
        plays = {grant.claim.play for grant in serving}
        wide = {play for play in plays if play.units_most is None and play.treatment.group is None}
        more = [one for one in self.claims if one.play in wide and one not in held]
        total, size = self.best_worth[0], len(serving)
        for claim in more:
            beside = taken[claim.item.order]
            if beside and not (claim.play.rule.joins and fits(claim, [grant.claim for grant in beside])):
                continue
            if not self.nodes.take(size):
                continue
            touched = _tied(taken) | {claim.item.order}
            was = [grant for order in touched for grant in taken[order]]
            wider = settle([*[grant.claim for grant in was], claim])
            gain = sum([grant.amount for grant in wider]) - sum([grant.amount for grant in was])
            if total + gain >= self.best_worth[0]:
                total, size = total + gain, size + 1
                taken |= {order: [] for order in touched}
                for grant in wider:
                    taken[grant.claim.item.order].append(grant)
        return list(chain.from_iterable(taken.values()))


def _tied(taken: dict[int, list[Grant]]) -> set[int]:
    """The lines on which something depends on other lines."""
    return {order for order, own in taken.items() if any(grant.claim.play.capped for grant in own)}


def _plant(lines: dict[int, list[Claim]]) -> _Tree:
    """Lines that can give most come first, and on each the claims that give most."""
    claims: list[Claim] = []
    after: list[int] = []
    rivals: list[int] = []
    bounds = {order: line_bound(own) for order, own in lines.items()}
    remaining = sum(bounds.values())
    for order in sorted(lines, key=lambda order: (-bounds[order], order)):
        remaining -= bounds[order]
        first = len(claims)
        own = sorted(lines[order], key=lambda claim: (-claim.alone, claim.play.rule.position))
        for i, claim in enumerate(own):
            bars = [j for j, other in enumerate(own) if j != i and not fits(claim, (other,))]
            rivals.append(sum([1 << (first + j) for j in bars]))
            after.append(remaining + (sum([one.alone for one in own[i:]]) if i else bounds[order]))
        claims += own
    rule_of, limits = _limits(claims)
    rest = [[0] * (len(claims) + 1) for _ in limits]
    for i in range(len(claims) - 1, -1, -1):
        for p, sums in enumerate(rest):
            sums[i] = sums[i + 1] + (claims[i].alone if rule_of[i] == p else 0)
    return _Tree(claims, rivals, after, rule_of, rest, limits)


def _limits(claims: Sequence[Claim]) -> tuple[list[int], list[int]]:
    """For each claim the number of its rule, and for each number the most it can give in all."""
    numbers: dict[int, int] = {}
    limits = [_UNLIMITED]
    for play, _ in by_play(claims):
        most = min(money_limits(play), default=_UNLIMITED)
        numbers[play.rule.position] = len(limits) if most < _UNLIMITED else 0
        if most < _UNLIMITED:
            limits.append(most)
    return [numbers[claim.play.rule.position] for claim in claims], limits


def _by_rules(tree: _Tree, at: int, given: list[int]) -> int:
    """The most the rules can give within their money limits, whatever the lines."""
    total = 0
    for most, held, rest in zip(tree.limits, given, tree.rest, strict=True):
        total += min(most, held + rest[at])
    return total
