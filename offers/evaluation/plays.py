"""From a matching rule to what it claims in this basket, or the reason why it claims nothing.

Invariant: conditions are asked of the basket before anything is taken off, so no rule's chance depends on
another's.
"""

from offers.catalogue.rule import BESIDE, GIFT, PERCENT, POOL, Rule, Treatment
from offers.evaluation import beside
from offers.evaluation.case import Case, Item
from offers.evaluation.decision import HOLDOUT, Draw, Hint
from offers.evaluation.draw import lot
from offers.evaluation.eligibility import No, recent_uses, refuse_item, standing
from offers.evaluation.groups import Stack, missing
from offers.evaluation.pricing import Claim, Play, alone_on, groups_most, is_capped, settle
from offers.interests.interest_rules import Standing
from offers.marketing.campaign import BasketHolds
from offers.money import BP, dearest, half_up, share

Reached = list[tuple[Item, Standing | None]]
Gifts = dict[int, int]
"""How many units of an item, by its order, would be gifts."""


def claim(case: Case, rule: Rule, items: list[Item]) -> Play | No | None:
    """The rule's play with its claims on these items. None: nothing here to speak of, not even a no."""
    no: No | None = None
    undemanding = rule.interest is None and rule.stock_units is None
    if undemanding and items is case.items and case.open_items is not None:
        reached = case.open_items
    else:
        reached, no = _reached(case, rule, items, undemanding)
    if not reached:
        return no
    for table in rule.priced:
        if case.currency not in table:
            return No("currency")
    if rule.conditional and (unmet := _conditions(case, rule, items, reached)) is not None:
        return unmet
    return _play(case, rule, reached)


def _reached(case: Case, rule: Rule, items: list[Item], undemanding: bool) -> tuple[Reached, No | None]:
    """The items that the reward may touch, and why the first of the others is out of its reach."""
    reached: Reached = []
    no: No | None = None
    for item in items:
        if item.open and undemanding:
            reached.append((item, None))
        elif item.sale:
            found = refuse_item(case, rule, item) or standing(case, rule, item)
            if isinstance(found, No):
                no = no or found
            else:
                reached.append((item, found))
    return reached, no


def _conditions(case: Case, rule: Rule, items: list[Item], reached: Reached) -> No | None:
    counted = [item for item, _ in reached]
    returned = [item for item in items if not item.sale]
    if rule.counted is not None:
        counted = [item for item in counted if _covers(rule, item)]
        returned = [item for item in returned if _covers(rule, item)]
        if not counted:
            return No("minimum_units", Hint("quantity", str(max(1, rule.minimum_units))))
    free = _gifts(rule, reached) if rule.gifts else {}
    if isinstance(rule.trigger, BasketHolds) and (no := _held(case, rule.trigger, items, free)) is not None:
        return no
    if rule.minimum_units:
        units = sum(item.units - free.get(item.order, 0) for item in counted)
        lacking = rule.minimum_units - units + sum(item.units for item in returned)
        if lacking > 0:
            return No("minimum_units", Hint("quantity", str(lacking)))
    if rule.minimum_spend:
        if rule.minimum_spend_of_basket:
            shown_alone = items[0].virtual
            spent = items[0].amount_minor if shown_alone else case.basket_minor
            spent -= sum([_cost(item, free) for item, _ in reached])
        else:
            spent = sum(item.amount_minor - _cost(item, free) for item in counted)
            spent -= sum(item.amount_minor for item in returned)
        lacking = rule.minimum_spend[case.currency] - spent
        if lacking > 0:
            return No("minimum_spend", Hint("spend", str(lacking)))
    return None


def _covers(rule: Rule, item: Item) -> bool:
    assert rule.counted is not None, "asked of rules that count less than they reach"
    return rule.counted.has(item.sku, item.group, item.lineage)


def _held(case: Case, trigger: BasketHolds, items: list[Item], free: Gifts) -> No | None:
    """Whether the basket holds what sets the rule off; what is brought back counts against it."""
    basket = items if items[0].virtual else case.items
    held = [item for item in basket if trigger.cover.has(item.sku, item.group, item.lineage)]
    signs = [(item, 1 if item.sale or item.virtual else -1) for item in held]
    lacking = trigger.units - sum((item.units - free.get(item.order, 0)) * sign for item, sign in signs)
    if lacking > 0:
        return No("basket_content", Hint("quantity", str(lacking)))
    for money in trigger.spend:
        if money.currency == case.currency:
            spent = sum((item.amount_minor - _cost(item, free)) * sign for item, sign in signs)
            lacking = money.amount_minor - spent
            return No("basket_content", Hint("spend", str(lacking))) if lacking > 0 else None
    return No("currency") if trigger.spend else None


def _gifts(rule: Rule, reached: Reached) -> Gifts:
    """The units that the gift itself would be, the dearest: a gift does not earn itself."""
    gifts = sorted((item for item, _ in reached if item.sku in rule.gifts), key=_unit_price, reverse=True)
    group = rule.treatments[-1].group
    left = group.touched if group is not None else 0
    free: Gifts = {}
    for item in gifts:
        free[item.order] = min(left, item.units)
        left -= free[item.order]
    return free


def _cost(item: Item, free: Gifts) -> int:
    """What the item's units that would be gifts cost."""
    units = free.get(item.order, 0)
    return dearest(item.amount_minor, item.units, units) if units else 0


def _unit_price(item: Item) -> tuple[int, int]:
    return (item.amount_minor * 1_000_000 // item.units, -item.order)


def treat(case: Case, rule: Rule) -> Treatment | No:
    """What the person drew: a treatment, or to be held out; either is noted as evidence."""
    holdout_bp = rule.audience.holdout_bp
    subject = case.subject if holdout_bp or len(rule.treatments) > 1 else None
    if subject is None:
        return rule.treatments[-1]
    number = lot(case.seed, rule.id, subject)
    if number < holdout_bp:
        case.draws[rule.id] = Draw(rule.id, HOLDOUT, holdout_bp)
        return No(HOLDOUT)
    treatment = _treatment(rule, number - holdout_bp)
    case.draws[rule.id] = Draw(rule.id, treatment.name, treatment.share_bp)
    return treatment


def _treatment(rule: Rule, number: int) -> Treatment:
    for treatment in rule.treatments:
        number -= treatment.share_bp
        if number < 0:
            return treatment
    return rule.treatments[-1]


def _play(case: Case, rule: Rule, reached: Reached) -> Play | No | None:
    treatment = treat(case, rule)
    if isinstance(treatment, No):
        return treatment
    amount = treatment.amounts.get(case.currency) if treatment.amounts else 0
    if amount is None:
        return No("currency")
    scale, scale_of = _decay(case, rule)
    grouped = treatment.group is not None
    play = Play(
        rule,
        treatment,
        amount,
        scale,
        scale_of,
        None if grouped else rule.units_per_basket,
        rule.amount_per_basket.get(case.currency) if rule.amount_per_basket else None,
        _budget(case, rule) if rule.budget else None,
        case.tax_included,
        plain=treatment.kind == PERCENT
        and not grouped
        and scale == scale_of
        and rule.units_per_basket is None
        and rule.margin_floor_bp is None,
    )
    if treatment.kind in BESIDE:
        return None if reached[0][0].virtual else beside.propose(case, play, [item for item, _ in reached])
    return _claims_in_groups(case, play, reached) if grouped else _claims(play, reached)


def _claims(play: Play, reached: Reached) -> Play | No:
    claims, rate_bp, pool_minor = play.claims, play.treatment.rate_bp, _pool(play)
    for item, held in reached:
        if item.minimum_minor:
            desired, alone = alone_on(play, item)
        elif play.plain:
            desired = alone = share(item.amount_minor, rate_bp)
        elif pool_minor is not None:
            desired = alone = min(item.amount_minor, pool_minor)
        else:
            desired, alone = alone_on(play, item)
        if alone:
            claims.append(Claim(play, item, held, desired, alone))
    play.capped = is_capped(play)
    play.joins_all = play.rule.joins_all and not play.capped and play.rule.margin_floor_bp is None
    return play if play.claims else No("no_effect")


def _pool(play: Play) -> int | None:
    """The one amount for all lines that no margin holds back; None for other rewards."""
    if play.treatment.kind != POOL or play.units_most is not None or play.rule.margin_floor_bp is not None:
        return None
    return half_up(play.amount_minor * play.scale, play.scale_of)


def _claims_in_groups(case: Case, play: Play, reached: Reached) -> Play | No | None:
    """Claims on everything that may serve in a group; without a whole group, how much is missing."""
    group = play.treatment.group
    assert group is not None, "asked of group rewards only"
    for item, held in reached:
        fits = group.fits(item.sku, item.group, item.lineage)
        if fits:
            play.claims.append(Claim(play, item, held, *alone_on(play, item, fits), fits))
    if play.treatment.kind == GIFT and not play.claims:
        return None if reached[0][0].virtual else beside.propose(case, play, [])
    play.capped = True
    play.groups_minor = groups_most(play)
    if any(grant.amount for grant in settle(play.claims)):
        return play
    stacks = [Stack(one.item.units, one.item.amount_minor, one.fits) for one in play.claims]
    if lacking := missing(group, stacks):
        return No("minimum_units", Hint("quantity", str(lacking)))
    # All together give nothing; without one that a floor binds, others may.
    hopeful = play.groups_minor and any(one.alone for one in play.claims)
    return play if hopeful else No("no_effect")


def _decay(case: Case, rule: Rule) -> tuple[int, int]:
    frequency = rule.frequency
    if frequency is None or frequency.decay_bp == BP:
        return 1, 1
    uses = recent_uses(case, rule)
    return frequency.decay_bp**uses, BP**uses


def _budget(case: Case, rule: Rule) -> int:
    left = case.known.room.get(rule.number)
    return rule.budget[case.currency] if left is None or left.budget_minor is None else left.budget_minor
