"""From a matching rule to what it claims in this basket, or the reason why it claims nothing.

Invariant: conditions are asked of the basket before anything is taken off, so no rule's chance depends on
another's.
"""

from offers.case import Case, Item
from offers.decision import Draw, Hint
from offers.draw import lot
from offers.eligibility import No, recent_uses, refuse_item, standing
from offers.interest_rules import Standing
from offers.money import BP
from offers.pricing import Claim, Play, is_capped, price_alone
from offers.rule import PERCENT, Rule, Treatment

Reached = list[tuple[Item, Standing | None]]


def claim(case: Case, rule: Rule, items: list[Item]) -> Play | No | None:
    """The rule's play with its claims on these items. None: nothing here to speak of, not even a no."""
    reached: Reached = []
    no: No | None = None
    undemanding = rule.interest is None and rule.stock_units is None
    for item in items:
        if item.open and undemanding:
            reached.append((item, None))
        elif item.sale:
            found = refuse_item(case, rule, item) or standing(case, rule, item)
            if isinstance(found, No):
                no = no or found
            else:
                reached.append((item, found))
    if not reached:
        return no
    for table in rule.priced:
        if case.currency not in table:
            return No("currency")
    return _conditions(case, rule, items, reached) or _play(case, rule, reached)


def _conditions(case: Case, rule: Rule, items: list[Item], reached: Reached) -> No | None:
    if rule.minimum_units:
        missing = rule.minimum_units - sum(item.units for item, _ in reached)
        if missing > 0:
            return No("minimum_units", Hint("quantity", str(missing)))
    if rule.minimum_spend:
        if rule.minimum_spend_of_basket:
            shown_alone = items[0].virtual
            spent = items[0].amount_minor if shown_alone else case.basket_minor
        else:
            returned = sum(item.amount_minor for item in items if not item.sale)
            spent = sum(item.amount_minor for item, _ in reached) - returned
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


def _treatment(rule: Rule, number: int) -> Treatment:
    for treatment in rule.treatments:
        number -= treatment.share_bp
        if number < 0:
            return treatment
    return rule.treatments[-1]


def _play(case: Case, rule: Rule, reached: Reached) -> Play | No:
    treatment = treat(case, rule)
    if isinstance(treatment, No):
        return treatment
    amount = 0 if treatment.kind == PERCENT else treatment.amounts.get(case.currency)
    if amount is None:
        return No("currency")
    scale, scale_of = _decay(case, rule)
    play = Play(
        rule,
        treatment,
        amount,
        scale,
        scale_of,
        rule.units_per_basket,
        rule.amount_per_basket.get(case.currency) if rule.amount_per_basket else None,
        _budget(case, rule) if rule.budget else None,
        case.tax_included,
        plain=treatment.kind == PERCENT
        and scale == scale_of
        and rule.units_per_basket is None
        and rule.margin_floor_bp is None,
    )
    for item, held in reached:
        one = Claim(play, item, held)
        price_alone(one)
        if one.alone:
            play.claims.append(one)
    play.capped = is_capped(play)
    return play if play.claims else No("no_effect")


def _decay(case: Case, rule: Rule) -> tuple[int, int]:
    frequency = rule.frequency
    if frequency is None or frequency.decay_bp == BP:
        return 1, 1
    uses = recent_uses(case, rule)
    return frequency.decay_bp**uses, BP**uses


def _budget(case: Case, rule: Rule) -> int:
    left = case.known.room.get(rule.number)
    return rule.budget[case.currency] if left is None or left.budget_minor is None else left.budget_minor
