"""The best that several rules can do on one line, when nothing but the line ties them together.

Invariant: exact. Leaving out a rule that bars no other never helps: what a line costs after a rule never
falls when the line cost more before it. So only leaving out a rule that bars another is tried. Rules with
different margin floors break that argument (a strict companion lowers what the others give), so there every
set is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from offers.catalogue.rule import Rule
from offers.evaluation.pricing import Claim, Grant, grant_alone, settle, step

# Claims beyond which the steps of a search would not get far enough down to matter: greedy has to do.
DEEPEST = 300


@dataclass(slots=True)
class Nodes:
    """The steps a search may still take: counted, never timed, so that a replay ends at the same place."""

    left: int
    spent: bool = False

    def take(self, steps: int = 1) -> bool:
        """So many steps, if there are as many left."""
        if self.left < steps:
            self.spent = True
            return False
        self.left -= steps
        return True


def joinable(left: Rule, right: Rule) -> bool:
    """Whether two rules may share a line: each names the other, and no exclusive group holds both."""
    if not left.joins or not right.joins or (left.group is not None and left.group == right.group):
        return False
    return _names(left, right) and _names(right, left)


def worth(grants: Sequence[Grant]) -> tuple[int, list[int]]:
    """What a set of grants is worth, to compare with `better`: the sum, then the positions of its rules."""
    total = 0
    positions: set[int] = set()
    for grant in grants:
        if grant.amount:
            total += grant.amount
            positions.add(grant.claim.play.rule.position)
    return total, sorted(positions)


def better(left: tuple[int, list[int]], right: tuple[int, list[int]]) -> bool:
    """More for the shopper; in a tie higher priority, then the lower id, then fewer campaigns used up."""
    return left[0] > right[0] or (left[0] == right[0] and left[1] < right[1])


def best_stack(claims: Sequence[Claim], nodes: Nodes) -> list[Grant]:
    """The best grants for the claims of one line."""
    if len(claims) == 1:
        return [grant_alone(claims[0])]
    sociable = any(claim.play.rule.joins for claim in claims)
    ordered = sorted(claims, key=lambda claim: claim.play.rule.rank) if sociable else claims
    friends = _friends(ordered) if sociable else []
    if not any(friends):
        first = min(claims, key=lambda claim: (-claim.alone, claim.play.rule.position))
        return [grant_alone(first)]
    floors = {claim.play.rule.margin_floor_bp for claim in claims}
    return _Line(ordered, friends, nodes, settles=len(floors) > 1, floor_bp=next(iter(floors))).solve()


@dataclass(slots=True)
class _Line:
    """One search over the rules of a line, in the order of taking off. Bit i of a mask is claim i."""

    claims: Sequence[Claim]
    friends: list[int]
    nodes: Nodes
    settles: bool
    floor_bp: int | None
    best: list[Grant] = field(default_factory=list)
    best_worth: tuple[int, list[int]] = (0, [])

    def solve(self) -> list[Grant]:
        self._keep(settle(self._greedy()))
        if len(self.claims) > DEEPEST:
            self.nodes.spent = True
        else:
            self._walk(0, self.claims[0].item.amount_minor, (1 << len(self.claims)) - 1, [], 0)
        return self.best

    def _greedy(self) -> list[Claim]:
        """The claim that gives most, then whatever joins what is already taken."""
        by_value = sorted(
            range(len(self.claims)),
            key=lambda i: (-self.claims[i].alone, self.claims[i].play.rule.position),
        )
        open_ = (1 << len(self.claims)) - 1
        taken: list[Claim] = []
        for i in by_value:
            if open_ >> i & 1:
                taken.append(self.claims[i])
                open_ &= self.friends[i]
        return taken

    def _walk(self, at: int, left: int, open_: int, taken: list[Grant], total: int) -> None:
        """Decide claim `at`; `open_` are the undecided claims that join everything taken."""
        if not self.nodes.take():
            return
        while at < len(self.claims) and not open_ >> at & 1:
            at += 1
        if at == len(self.claims):
            self._keep(settle([grant.claim for grant in taken]) if self.settles else taken)
            return
        still = sum(claim.alone for i, claim in enumerate(self.claims[at:], at) if open_ >> i & 1)
        if total + min(left, still) < self.best_worth[0]:
            return
        open_ &= ~(1 << at)
        # Where every set is settled afresh, amounts along the way are upper bounds only.
        grant = grant_alone(self.claims[at]) if self.settles else step(self.claims[at], left, self.floor_bp)
        if grant.amount:
            after = left if self.settles else left - grant.amount
            self._walk(at + 1, after, open_ & self.friends[at], [*taken, grant], total + grant.amount)
        if not grant.amount or self.settles or open_ & ~self.friends[at]:
            self._walk(at + 1, left, open_, taken, total)

    def _keep(self, grants: list[Grant]) -> None:
        found = worth(grants)
        if better(found, self.best_worth):
            self.best, self.best_worth = grants, found


def _names(rule: Rule, other: Rule) -> bool:
    return (
        "*" in rule.joins or other.id in rule.joins or (other.group is not None and other.group in rule.joins)
    )


def _friends(claims: Sequence[Claim]) -> list[int]:
    """For each claim the mask of those it may share the line with."""
    masks = [0] * len(claims)
    for i, left in enumerate(claims):
        for j in range(i + 1, len(claims)):
            if joinable(left.play.rule, claims[j].play.rule):
                masks[i] |= 1 << j
                masks[j] |= 1 << i
    return masks
