"""From a matching rule to what it claims in this basket, or the reason why it claims nothing.

Invariant: conditions are asked of the basket before anything is taken off, so no rule's chance depends on
another's.
"""

from offers.case import Case, Item
from offers.decision import Draw, Hint
from offers.draw import lot
from offers.eligibility import No, recent_uses, refuse_item, standing
from offers.money import BP
from offers.pricing import Claim, Play, price_alone
from offers.rule import PERCENT, Rule, Treatment


def claim(case: Case, rule: Rule, items: list[Item]) -> Play | No | None:
    """The rule's play with its claims on these items. None: nothing here to speak of, not even a no."""
    reached: list[Claim] = []
    no: No | None = None
    play = _play(case, rule)
    for item in items:
        if not item.sale:
            continue
        found = refuse_item(case, rule, item) or standing(case, rule, item)
        if isinstance(found, No):
            no = no or found
        elif isinstance(play, Play):
            reached.append(Claim(play, item, found))
    if no is None and isinstance(play, No):
        return play if any(item.sale for item in items) else None
    if isinstance(play, No) or not reached:
        return no
    return _conditions(case, rule, items, reached) or _treated(case, play) or _priced(play, reached)


def _play(case: Case, rule: Rule) -> Play | No:
    currency = case.currency
    tables = (rule.treatments[-1].amounts, rule.minimum_spend, rule.amount_per_basket, rule.budget)
    if any(table and currency not in table for table in tables):
        return No("currency")
    decays = recent_uses(case, rule) if rule.frequency is not None and rule.frequency.decay_bp < BP else 0
    scale = rule.frequency.decay_bp**decays if rule.frequency is not None and decays else 1
    left = case.known.room.get(rule.number)
    budget = rule.budget.get(currency)
    if budget is not None and left is not None and left.budget_minor is not None:
        budget = left.budget_minor
    return Play(
        rule,
        rule.treatments[-1],
        0,
        scale,
        BP**decays if decays else 1,
        rule.units_per_basket,
        rule.amount_per_basket.get(currency),
        budget,
        case.tax_included,
    )


def _conditions(case: Case, rule: Rule, items: list[Item], reached: list[Claim]) -> No | None:
    if rule.minimum_units:
        missing = rule.minimum_units - sum(one.item.units for one in reached)
        if missing > 0:
            return No("minimum_units", Hint("quantity", str(missing)))
    if rule.minimum_spend:
        if rule.minimum_spend_of_basket:
            spent = case.basket_minor
        else:
            spent = sum(one.item.amount_minor for one in reached)
            spent -= sum(item.amount_minor for item in items if not item.sale)
        missing = rule.minimum_spend[case.currency] - spent
        if missing > 0:
            return No("minimum_spend", Hint("spend", str(missing)))
    return None


def treat(case: Case, rule: Rule) -> Treatment | No:
    """What the person drew: a treatment, or to be held out; either is noted as evidence."""
    holdout_bp = rule.audience.holdout_bp
    subject = case.subject if holdout_bp or len(rule.treatments) > 1 else None
    if subject is None:
        return rule.treatments[-1]
    number = lot(case.seed, rule.id, subject)
    if number < holdout_bp:
        case.draws[rule.id] = Draw(rule.id, "holdout", holdout_bp)
        return No("holdout")
    treatment = _treatment(rule, number - holdout_bp)
    case.draws[rule.id] = Draw(rule.id, treatment.name, treatment.share_bp)
    return treatment


def _treated(case: Case, play: Play) -> No | None:
    treatment = treat(case, play.rule)
    if isinstance(treatment, No):
        return treatment
    play.treatment = treatment
    if treatment.kind != PERCENT:
        if case.currency not in treatment.amounts:
            return No("currency")
        play.amount_minor = treatment.amounts[case.currency]
    return None


def _treatment(rule: Rule, number: int) -> Treatment:
    for treatment in rule.treatments:
        number -= treatment.share_bp
        if number < 0:
            return treatment
    return rule.treatments[-1]


def _priced(play: Play, reached: list[Claim]) -> Play | No:
    for one in reached:
        price_alone(one)
    play.claims = [one for one in reached if one.alone]
    return play if play.claims else No("no_effect")
