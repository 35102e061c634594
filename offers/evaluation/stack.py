"""The best that several rules can do on one line, when nothing but the line ties them together.

Most lines need no search: rules that join everything go together, or give way to a loner that gives more.

Invariant: exact. Leaving out a rule that bars no other never helps: what a line costs after a rule never
falls when the line cost more before it. So only leaving out a rule that bars another is tried. Rules with
different margin floors break that argument (a strict companion lowers what the others give), so there every
set is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from offers.catalogue.rule import Rule
from offers.evaluation.pricing import Claim, Grant, grant_alone, settle, settle_line, step

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
    sociable = [claim for claim in claims if claim.play.rule.joins]
    if len(sociable) > 1:
        found = _together_or_alone(sociable, claims)
        if found is not None:
            return found
        ordered = sorted(claims, key=_rank)
        friends = _friends(ordered)
        if any(friends):
            return _Line(ordered, friends, nodes).solve()
    return [grant_alone(_most(claims))]


def _together_or_alone(sociable: list[Claim], claims: Sequence[Claim]) -> list[Grant] | None:
    """All of those that join each other, or the loner that gives more; None where that is not proved.

    All are better than some when they give more together than all but the least of them could, each alone.
    """
    for claim in sociable:
        if not claim.play.joins_all:
            return None
    sociable.sort(key=_rank)
    together = settle_line(sociable, sociable[0].item.amount_minor, None)
    given = sum([grant.amount for grant in together])
    if len(sociable) < len(claims):
        rival = _most([claim for claim in claims if not claim.play.rule.joins])
        if rival.alone > given:
            return [grant_alone(rival)]
        if rival.alone == given:
            return None
    alone = [claim.alone for claim in sociable]
    return together if sum(alone) - min(alone) < given else None


def _most(claims: Sequence[Claim]) -> Claim:
    """The claim that gives most by itself."""
    return claims[0] if len(claims) == 1 else min(claims, key=_by_value)


def _rank(claim: Claim) -> int:
    return claim.play.rule.rank


def _by_value(claim: Claim) -> tuple[int, int]:
    return (-claim.alone, claim.play.rule.position)


class _Line:
    """One search over the rules of a line, in the order of taking off. Bit i of a mask is claim i.

    It adds up amounts only; grants are made of what is better than the best so far.
    """

    __slots__ = ("alone", "best", "best_worth", "claims", "floor_bp", "friends", "nodes", "settles")

    def __init__(self, claims: Sequence[Claim], friends: list[int], nodes: Nodes) -> None:
        floors = {claim.play.rule.margin_floor_bp for claim in claims}
        self.claims, self.friends, self.nodes = claims, friends, nodes
        self.alone = [claim.alone for claim in claims]
        self.settles = len(floors) > 1
        self.floor_bp = next(iter(floors))
        self.best: list[Grant] = []
        self.best_worth: tuple[int, list[int]] = (0, [])

    def solve(self) -> list[Grant]:
        greedy = self._greedy()
        is_limited = any(claim.play.capped for claim in self.claims)
        self._keep(settle(self._taken(greedy)) if is_limited else self._grants(greedy))
        if not is_limited and self._is_proved(greedy):
            return self.best
        if len(self.claims) > DEEPEST:
            self.nodes.spent = True
        else:
            self._walk(0, self.claims[0].item.amount_minor, (1 << len(self.claims)) - 1, 0, 0)
        return self.best

    def _greedy(self) -> int:
        """The claim that gives most, then whatever joins what is already taken."""
        claims = self.claims
        taken, open_ = 0, (1 << len(claims)) - 1
        while open_:
            _, _, i = min([(*_by_value(claims[i]), i) for i in range(len(claims)) if open_ >> i & 1])
            taken |= 1 << i
            open_ &= self.friends[i]
        return taken

    def _is_proved(self, taken: int) -> bool:
        """Whether every other set gives less, because none can give more than its claims alone: neither a set
        with a claim that is not taken and all it joins, nor what is taken less one claim.
        """
        given = self.best_worth[0]
        own = self._alone(taken)
        if sum(own) - min(own) >= given:
            return False
        return all(
            self.alone[i] + sum(self._alone(friends)) < given
            for i, friends in enumerate(self.friends)
            if not taken >> i & 1
        )

    def _alone(self, mask: int) -> list[int]:
        return [amount for i, amount in enumerate(self.alone) if mask >> i & 1]

    def _walk(self, at: int, left: int, open_: int, taken: int, total: int) -> None:
        """Decide claim `at`; `open_` are the undecided claims that join everything taken."""
        if not self.nodes.take():
            return
        alone = self.alone
        while at < len(alone) and not open_ >> at & 1:
            at += 1
        if at == len(alone):
            if total >= self.best_worth[0]:
                self._keep(self._grants(taken))
            return
        still = sum([alone[i] for i in range(at, len(alone)) if open_ >> i & 1])
        if total + min(left, still) < self.best_worth[0]:
            return
        open_ &= ~(1 << at)
        # Where every set is settled afresh, amounts along the way are upper bounds only.
        amount = alone[at] if self.settles else step(self.claims[at], left, self.floor_bp)
        if amount:
            after = left if self.settles else left - amount
            self._walk(at + 1, after, open_ & self.friends[at], taken | 1 << at, total + amount)
        if not amount or self.settles or open_ & ~self.friends[at]:
            self._walk(at + 1, left, open_, taken, total)

    def _taken(self, mask: int) -> list[Claim]:
        return [claim for i, claim in enumerate(self.claims) if mask >> i & 1]

    def _grants(self, mask: int) -> list[Grant]:
        taken = self._taken(mask)
        if self.settles:
            return settle(taken)
        return settle_line(taken, self.claims[0].item.amount_minor, self.floor_bp)

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
    sociable = [i for i, claim in enumerate(claims) if claim.play.rule.joins]
    for i, j in combinations(sociable, 2):
        if joinable(claims[i].play.rule, claims[j].play.rule):
            masks[i] |= 1 << j
            masks[j] |= 1 << i
    return masks
