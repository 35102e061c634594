"""What a screen shows beside the basket: wanted products that are in stock, and what is there for anybody.

Each wanted product is priced as if one unit of it lay alone in the basket, by the same rules and the same
search as at the till, so what is quoted is what is charged.

Invariant: at most `Query.limit` offers, from a bounded number of wants and campaigns.
"""

from dataclasses import dataclass, field
from heapq import merge
from itertools import chain, islice

from offers.catalogue.compiled import EVERY_PLACEMENT
from offers.evaluation import answers
from offers.evaluation.case import Case, is_sensitive, shown_item
from offers.evaluation.combination import choose
from offers.evaluation.decision import Offer, Refusal
from offers.evaluation.eligibility import No, refuse
from offers.evaluation.judging import Judged, explain_losers, judge
from offers.evaluation.plays import treat
from offers.evaluation.ranking import score
from offers.interests.interest_rules import is_open, newest
from offers.model import Product

Rank = tuple[bool, int, int, str]


@dataclass(slots=True, eq=False)
class Shown:
    """The offers to show, best first."""

    offers: list[Offer] = field(default_factory=list)
    bounded: bool = False


def show(case: Case, judged: Judged, taken: set[str]) -> Shown:
    """Offers on wanted products first, then impersonal campaigns that are neither there nor in `taken`."""
    shown = _wanted(case, judged) if case.wants else Shown()
    taken = taken | {offer.campaign for offer in shown.offers} | case.hidden
    shown.offers += _impersonal(case, judged, taken, case.query.limit - len(shown.offers))
    return shown


def _wanted(case: Case, judged: Judged) -> Shown:
    in_basket = {item.product.product_no for item in case.items if item.product is not None}
    wants = [want for number, want in sorted(case.wants.items()) if number not in in_basket and is_open(want)]
    ranked: list[tuple[Rank, Offer]] = []
    bounded = False
    for want in wants[: case.policy.shown_wants]:
        product = case.known.products.get(want.product_no)
        if product is None or product.price_minor is None or product.currency != case.currency:
            continue
        if is_sensitive(product, case.policy) or newest(want) <= case.known.resting.get(product.sku, -1):
            continue
        found = _price(case, judged, product, product.price_minor)
        bounded = bounded or found.bounded
        ranked += [(_rank(case, offer, product), offer) for offer in found.offers]
    ranked.sort(key=lambda part: part[0])
    return Shown([offer for _, offer in ranked[: case.query.limit]], bounded)


def _price(case: Case, judged: Judged, product: Product, price_minor: int) -> Shown:
    """The best deal on one unit, shown as an offer of the campaign that gives most of it."""
    alone = judge(case, [shown_item(case, product, price_minor)], judged)
    chosen = choose(alone.plays, case.policy)
    explain_losers(alone, chosen.grants)
    after = price_minor - sum(grant.amount for grant in chosen.grants)
    shown = Shown(bounded=chosen.bounded)
    for one in answers.bundle(case, chosen.grants):
        if not _may_show(one.rule.placements, case.query.placement):
            judged.refused.setdefault(one.rule.id, Refusal(one.rule.id, "placement"))
        elif case.overrides.is_banned(one.rule.id, product.sku, case.at_s):
            judged.refused.setdefault(one.rule.id, Refusal(one.rule.id, "banned"))
        elif not shown.offers:
            one.after = after
            shown.offers.append(answers.offer(case, one, personal=True))
    alone.let_go()
    return shown


def _may_show(placements: frozenset[str], placement: str | None) -> bool:
    """Placements say where a campaign may be shown, never whether its price holds."""
    return not placements or placement is None or placement in placements


def _rank(case: Case, offer: Offer, product: Product) -> Rank:
    """What is pinned, then the marketer's priority, then the formula with its boosts."""
    saving = (offer.price_before or 0) - (offer.price_after or 0)
    item = shown_item(case, product, offer.price_before or 0)
    words = case.overrides
    weighed = words.weigh(score(case, item, saving), offer.campaign, product.sku, case.at_s)
    is_pinned = words.is_pinned(offer.campaign, product.sku, case.at_s)
    return (not is_pinned, -case.catalogue.by_id[offer.campaign].priority, -weighed, offer.offer)


def _impersonal(case: Case, judged: Judged, taken: set[str], most: int) -> list[Offer]:
    """Plain campaigns for this placement, by priority, without looking at more than the policy allows."""
    found: list[Offer] = []
    lists = case.catalogue.shown
    placement = case.query.placement
    names = (EVERY_PLACEMENT,) if placement is None else (placement, None)
    rules = case.catalogue.rules
    slots = merge(*[lists[name] for name in names if name in lists], key=lambda slot: rules[slot].position)
    seen = set(taken)
    for slot in islice(chain(_pinned(case), slots), case.policy.shown_scans):
        if len(found) >= most:
            break
        rule = rules[slot]
        if rule.id in seen:
            continue
        seen.add(rule.id)
        if case.overrides.is_banned(rule.id, None, case.at_s):
            judged.refused.setdefault(rule.id, Refusal(rule.id, "banned"))
            continue
        if slot not in judged.nos:
            judged.nos[slot] = refuse(case, rule)
        treated = judged.nos[slot] or treat(case, rule)
        if isinstance(treated, No):
            judged.refused.setdefault(rule.id, Refusal(rule.id, treated.reason, treated.hint))
        else:
            found.append(answers.bare_offer(case, rule, treated))
    return found


def _pinned(case: Case) -> list[int]:
    """The slots of pinned campaigns that may be shown here, by priority."""
    live, placement = case.catalogue, case.query.placement
    found = [
        rule.slot
        for one in case.overrides.by_subject.values()
        if one.kind == "campaign"
        and (rule := live.by_id.get(one.subject)) is not None
        and rule.is_shown
        and _may_show(rule.placements, placement)
        and case.overrides.is_pinned(rule.id, None, case.at_s)
    ]
    return live.in_order(found)
