"""The best set among tangled claims: lines tied by a budget, a limit per basket or one amount for all.

Greedy first; where that already reaches the upper bound it is proved best. Else branch and bound over single
claims: to the end for a component of no more than `Policy.exact_claims`, beyond that for a fixed number of
steps.

Invariant: what is answered is never worse than greedy, and the same for the same claims on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from offers.evaluation.bound import Option, by_line, by_play, line_bound, money_limits, options, whole_bound
from offers.evaluation.pricing import Claim, Grant, settle
from offers.evaluation.stack import DEEPEST, Nodes, best_stack, better, joinable, worth

_FEW = 1 << 40  # steps for a component that must be exact: never reached by 2**12 sets
_UNLIMITED = 1 << 62


def best_set(claims: Sequence[Claim], nodes: Nodes, exact_claims: int) -> list[Grant]:
    """The best grants for one component of tangled claims without contested exclusive groups."""
    return _Search(list(claims), nodes if len(claims) > exact_claims else Nodes(_FEW)).solve()


def fits(claim: Claim, taken: Sequence[Claim]) -> bool:
    """Whether a claim may be taken beside others: everything on its line must join it."""
    return all(other.item is not claim.item or joinable(claim.play.rule, other.play.rule) for other in taken)


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
    claims: list[Claim]
    nodes: Nodes
    best: list[Grant] = field(default_factory=list)
    best_worth: tuple[int, list[int]] = (0, [])
    best_claims: Sequence[Claim] = ()

    def solve(self) -> list[Grant]:
        lines = by_line(self.claims)
        free: dict[int, list[Grant]] = {}
        for order, own in lines.items():
            unbound = [claim for claim in own if not claim.play.capped]
            free[order] = best_stack(unbound, self.nodes) if unbound else []
        values = {order: worth(grants)[0] for order, grants in free.items()}
        capped = options(lines, values)
        most = whole_bound(lines, values, capped)
        if all(len(own) == 1 for own in lines.values()):
            self._try(self.claims)
        if self.best_worth[0] < most:
            self._greedy([grant.claim for grants in free.values() for grant in grants], capped, most)
        if len(self.claims) > DEEPEST:
            self.nodes.spent = self.nodes.spent or self.best_worth[0] < most
        elif self.best_worth[0] < most:
            tree = _plant(lines)
            self._walk(tree, 0, 0, 0, [0] * len(tree.limits), most)
        return self._widened()

    def _greedy(self, taken: list[Claim], capped: Sequence[Option], most: int) -> None:
        """The lines' own best first; then lines with a capped claim instead, by what that adds."""
        self._try(taken)
        taken = self._with_groups(taken)
        hopeful = [one for one in capped if one.gain.gain > 0]
        for one in sorted(hopeful, key=lambda one: (-one.gain.gain, one.gain.claim.play.rule.position)):
            if self.best_worth[0] >= most:
                return
            item = one.gain.claim.item
            swapped = [*[other for other in taken if other.item is not item], *one.claims]
            if self._try(swapped):
                taken = swapped

    def _with_groups(self, taken: list[Claim]) -> list[Claim]:
        """Let rules for groups in where that is better, each with all the lines that serve in its groups."""
        plays = [(play, own) for play, own in by_play(self.claims) if play.groups_minor is not None]
        for _, own in sorted(plays, key=lambda part: (-(part[0].groups_minor or 0), part[0].rule.position)):
            serving = [grant.claim for grant in settle(own)]
            swapped = [*[other for other in taken if fits(other, serving)], *serving]
            if self._try(swapped):
                taken = swapped
        return taken

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
        if not self.nodes.take(len(claims)):
            return False
        grants = settle(claims)
        found = worth(grants)
        if not better(found, self.best_worth):
            return False
        self.best, self.best_worth, self.best_claims = grants, found, claims
        return True

    def _widened(self) -> list[Grant]:
        """What is best, spread over every further line that the same rules may touch without loss.

        One amount off a basket belongs on all lines in scope, also where fewer could carry it.
        """
        serving = {id(grant.claim) for grant in self.best if grant.amount or grant.claim.fits}
        taken = [claim for claim in self.best_claims if id(claim) in serving]
        used = {claim.play.rule.position for claim in taken}
        held = {id(claim) for claim in taken}
        more = [
            claim
            for claim in self.claims
            if claim.play.rule.position in used
            and id(claim) not in held
            and claim.play.units_most is None
            and claim.play.treatment.group is None
        ]
        beside = by_line(taken)
        for claim in more:
            if fits(claim, beside.get(claim.item.order, ())) and self.nodes.take(len(taken)):
                wider = settle([*taken, claim])
                if worth(wider)[0] >= self.best_worth[0]:
                    taken, self.best = [*taken, claim], wider
                    beside = by_line(taken)
        return self.best


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
