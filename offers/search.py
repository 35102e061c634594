"""The best set among tangled claims: lines tied by a budget, a limit per basket or one amount for all.

Greedy first; where that already reaches the upper bound it is proved best. Else branch and bound over single
claims: to the end for a component of no more than `Policy.exact_claims`, beyond that for a fixed number of
nodes.

Invariant: what is answered is never worse than greedy, and the same for the same claims on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from offers.bound import by_line, by_play, is_capped, line_bound, play_bound, whole_bound
from offers.pricing import Claim, Grant, Play, settle
from offers.stack import Nodes, best_stack, better, joinable, worth

_FEW = 1_000_000  # nodes for a component that must be exact: never reached by 2**13 of them


def best_set(claims: Sequence[Claim], nodes: Nodes, exact_claims: int) -> list[Grant]:
    """The best grants for one component of tangled claims without contested exclusive groups."""
    search = _Search(by_line(claims), nodes if len(claims) > exact_claims else Nodes(_FEW))
    return search.solve(claims)


def fits(claim: Claim, taken: Sequence[Claim]) -> bool:
    """Whether a claim may be taken beside others: everything on its line must join it."""
    return all(other.item is not claim.item or joinable(claim.play.rule, other.play.rule) for other in taken)


@dataclass(slots=True)
class _Search:
    lines: dict[int, list[Claim]]
    nodes: Nodes
    best: list[Grant] = field(default_factory=list)
    best_worth: tuple[int, list[int]] = (0, [])
    order: list[Claim] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    plays: list[tuple[Play, list[Claim]]] = field(default_factory=list)

    def solve(self, claims: Sequence[Claim]) -> list[Grant]:
        most = whole_bound(claims)
        if not any(len(own) > 1 for own in self.lines.values()):
            self._try(list(claims))
        if self.best_worth[0] < most:
            self._greedy()
        if self.best_worth[0] < most:
            self._prepare()
            self._walk(0, [])
        return self._widened(claims)

    def _greedy(self) -> None:
        """The lines' own best first, then every capped claim by what it adds over what it displaces."""
        taken: list[Claim] = []
        capped: list[Claim] = []
        for own in self.lines.values():
            free = [claim for claim in own if not is_capped(claim.play)]
            capped += [claim for claim in own if is_capped(claim.play)]
            if free:
                taken += [grant.claim for grant in best_stack(free, self.nodes)]
        self._try(taken)
        for claim in sorted(capped, key=lambda one: (-self._gain(one, taken), one.play.rule.position)):
            swapped = [other for other in taken if fits(claim, (other,))]
            if self._try([*swapped, claim]):
                taken = [*swapped, claim]

    def _gain(self, claim: Claim, taken: Sequence[Claim]) -> int:
        return claim.alone - sum(other.alone for other in taken if not fits(claim, (other,)))

    def _prepare(self) -> None:
        """Lines that can give most come first; `after[i]` bounds what the claims from i on can add."""
        lines = sorted(self.lines.values(), key=lambda own: (-line_bound(own), own[0].item.order))
        suffix = sum(map(line_bound, lines))
        for own in lines:
            suffix -= line_bound(own)
            ordered = sorted(own, key=lambda claim: (-claim.alone, claim.play.rule.position))
            for i, claim in enumerate(ordered):
                self.order.append(claim)
                self.after.append(suffix + line_bound(ordered[i:]))
        self.plays = by_play(self.order)

    def _walk(self, at: int, taken: list[Claim]) -> None:
        """Decide claim `at`: taken where it fits, then left."""
        if not self.nodes.take():
            return
        if at == len(self.order):
            self._try(taken)
            return
        if self._most(at, taken) <= self.best_worth[0]:
            return
        claim = self.order[at]
        if fits(claim, taken):
            self._walk(at + 1, [*taken, claim])
        self._walk(at + 1, taken)

    def _most(self, at: int, taken: list[Claim]) -> int:
        """An upper bound for every set that holds `taken` and any of the claims from `at` on."""
        by_lines = sum(claim.alone for claim in taken) + self.after[at]
        if by_lines <= self.best_worth[0]:
            return by_lines
        open_ = {id(claim) for claim in taken} | {id(claim) for claim in self.order[at:]}
        return min(
            by_lines,
            sum(
                play_bound(play, [(claim, claim.alone) for claim in own if id(claim) in open_])
                for play, own in self.plays
            ),
        )

    def _try(self, claims: list[Claim]) -> bool:
        grants = settle(claims)
        found = worth(grants)
        if not better(found, self.best_worth):
            return False
        self.best, self.best_worth = grants, found
        return True

    def _widened(self, claims: Sequence[Claim]) -> list[Grant]:
        """What is best, spread over every further line that the same rules may touch without loss.

        One amount off a basket belongs on all lines in scope, also where fewer could carry it.
        """
        taken = [grant.claim for grant in self.best if grant.amount]
        used = {claim.play.rule.position for claim in taken}
        for claim in claims:
            if claim.play.rule.position not in used or claim.play.units_most is not None or claim in taken:
                continue
            if not fits(claim, taken):
                continue
            wider = settle([*taken, claim])
            if worth(wider)[0] >= self.best_worth[0]:
                taken = [*taken, claim]
                self.best = wider
        return self.best
