"""Rewards beside the price: points, tender coupons, gifts still to be fetched, mere words.

They touch no line, so they meet no campaign there; only an exclusive group makes them compete, at what the
campaign declares them to be worth on the basket as it lies there. What is given in the end counts what is
paid: prices first, then these.
"""

from collections.abc import Iterable, Sequence

from offers.catalogue.rule import GIFT, NOTICE, POINTS, TENDER
from offers.evaluation.case import Case, Item, beside_item
from offers.evaluation.decision import Effect, Prompt
from offers.evaluation.eligibility import No
from offers.evaluation.pricing import Claim, Grant, Play
from offers.money import half_up

_FIRST = 1_000_000  # beyond the order of any line
TYPES = {POINTS: "points", TENDER: "tender_coupon", NOTICE: "message"}


def propose(case: Case, play: Play, reached: Sequence[Item]) -> Play | No:
    """The play with the one claim that stands for its reward, or why it comes to nothing."""
    amounts = {item.order: item.amount_minor for item in reached}
    worth = _worth(case, play, sum(amounts.values()))
    if not worth:
        return No("no_effect")
    play.reached = tuple(reached)
    claim = Claim(play, beside_item(_FIRST + play.rule.position, worth), None)
    claim.alone = claim.alone_desired = worth
    play.claims.append(claim)
    play.most_minor = play.budget_minor = None  # they bound the coupon itself, not what it is worth
    return play


def _worth(case: Case, play: Play, spent_minor: int) -> int:
    """What the reward counts for when it must compete: at least one minor unit if it is anything."""
    kind, treatment = play.treatment.kind, play.treatment
    if kind in {NOTICE, GIFT}:
        return 1
    if kind == TENDER:
        play.amount_minor = _coupon(play, min(spent_minor, case.basket_minor))
        return play.amount_minor
    points = points_for(play, spent_minor)
    each = (treatment.worth or {}).get(case.currency, 0)
    return max(1, points * each) if points else 0


def _coupon(play: Play, spent_minor: int) -> int:
    wished = half_up(play.amount_minor * play.scale, play.scale_of)
    bounds = [most for most in (play.most_minor, play.budget_minor) if most is not None]
    return min([wished, max(0, spent_minor), *bounds])


def points_for(play: Play, spent_minor: int) -> int:
    """The points that are given for an amount paid: for full steps only."""
    treatment = play.treatment
    steps = max(0, spent_minor) // play.amount_minor if play.amount_minor else 1
    return half_up(treatment.points * steps * play.scale, play.scale_of)


def give(grants: Iterable[Grant], after: Sequence[int], *, returned_minor: int) -> list[tuple[Grant, int]]:
    """What each grant comes to when lines cost what they cost in the end; coupons never pay more than that,
    nor what goods that come back have paid already.

    Points count what is paid before coupons: those are money.
    """
    found: list[tuple[Grant, int]] = []
    unpaid = sum(after) - returned_minor
    for grant in sorted(grants, key=lambda one: one.claim.play.rule.rank):
        play = grant.claim.play
        paid = sum([after[item.order] for item in play.reached])
        kind = play.treatment.kind
        if kind == POINTS:
            amount = points_for(play, paid)
        elif kind == TENDER:
            amount = min(play.amount_minor, max(0, paid), max(0, unpaid))
            unpaid -= amount
        else:
            amount = 0
        if amount or kind in {NOTICE, GIFT}:
            found.append((grant, amount))
    return found


def effect(grant: Grant, amount: int, offer: str, receipt: str) -> Effect:
    """The effect of a reward beside the price: on no line."""
    rule = grant.claim.play.rule
    return Effect(
        offer, TYPES[grant.claim.play.treatment.kind], offer, rule.id, None, "1", amount, amount, None,
        rule.funding, receipt,
    )  # fmt: skip


def prompt(grant: Grant) -> Prompt:
    """The question which gift to fetch."""
    rule = grant.claim.play.rule
    return Prompt("choose_gift", rule.id, rule.gifts)
