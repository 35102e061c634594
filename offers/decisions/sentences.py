"""A decision as sentences that a marketer or a shop assistant reads: what was given, what not, and why."""

from collections.abc import Iterator

from offers.decisions.decision_record import DecisionRecord
from offers.evaluation.decision import Decision, Effect, Hint, RefusedCode
from offers.money import Money, write

WHY = {
    "attribute": "is for people of whom something else is said",
    "banned": "is not to be shown, a marketer said",
    "basket_content": "wants something else in the basket",
    "better_offer": "would have saved less",
    "bought_lately": "is not for what was bought lately",
    "bought_since": "is not for what was bought since",
    "budget_spent": "has spent its budget",
    "channel": "is not offered on this channel",
    "code_expired": "has ended",
    "code_not_live": "opens what is not live",
    "code_revoked": "was revoked",
    "code_used": "was used before",
    "consent": "needs a consent that was not given",
    "currency": "has no amount in this currency",
    "ended": "has ended",
    "frequency": "was used often enough lately",
    "hidden": "is something the person does not want to see",
    "holdout": "is withheld from this person as evidence",
    "hours": "is not on at this hour",
    "interest_too_new": "waits until the interest is older",
    "interest_too_old": "is for a newer interest",
    "last_visit": "is for people whose last visit lies back otherwise",
    "limit_per_profile": "was used by this person as often as allowed",
    "limit_store_day": "is used up in this store today",
    "limit_total": "is used up",
    "minimum_spend": "wants more to be spent",
    "minimum_units": "wants more pieces",
    "needs_code": "needs a code",
    "needs_proof": "needs a card, a QR code or a second factor",
    "needs_shopper": "is counted per person, and nobody is known",
    "no_consent": "is personal, and the person did not agree",
    "no_effect": "would have taken nothing off",
    "no_event": "is for something that did not happen lately",
    "no_interest": "is for something the person showed no interest in",
    "no_shopper": "is personal, and nobody is known",
    "not_discountable": "covers only what may not be discounted",
    "not_in_basket": "covers nothing that lies in the basket",
    "not_lapsed": "calls back those who stayed away longer",
    "not_yet": "has not begun",
    "out_of_stock": "is for something that is out of stock",
    "placement": "is not shown in this place",
    "quiet_channel": "is personal, and the person wants nothing personal on this channel",
    "region": "is for another region",
    "schedule": "is not on today",
    "segment": "is for another segment",
    "staff": "is not for staff",
    "staff_only": "is for staff",
    "stock_unknown": "is for something whose stock is not known",
    "stopped": "is switched off",
    "store": "is not for this store",
    "tier": "is for another tier",
    "till_discount": "may not join the till's own discount",
    "unknown_code": "is not known",
}
"""Every reason that a refusal may have, after the campaign's or the code's name."""


_HINTS = {
    "again_at": "again at {}",
    "already": "{}",
    "campaign": "than {}",
    "from": "from {}",
    "identify": "a {} would help",
    "product": "{}",
    "quantity": "add {} more",
    "valid_from": "from {}",
}


def tell(record: DecisionRecord) -> tuple[str, ...]:
    """The decision, one sentence each."""
    query, answer = record.inputs.query, record.answer
    currency = query.basket.currency if query.basket is not None else query.place.currency
    return (*_opening(record), *_given(answer, currency), *_not_given(answer, currency), *_closing(answer))


def _opening(record: DecisionRecord) -> Iterator[str]:
    query, shopper = record.inputs.query, record.inputs.shopper
    where = f"in store {query.place.store}" if query.place.store is not None else "online"
    lines = len(query.basket.lines) if query.basket is not None else 0
    who = (
        "nobody known" if shopper is None else f"profile {shopper.profile_id} ({shopper.proof.name.lower()})"
    )
    yield (
        f"On {query.price_time:%Y-%m-%d at %H:%M} UTC, {where}, on channel {query.channel}, for {who}"
        f" with {lines} line(s) in the basket; catalogue {record.answer.catalogue}."
    )


def _given(answer: Decision, currency: str) -> Iterator[str]:
    for effect in answer.effects:
        yield _effect(effect, currency)
    for prompt in answer.prompts:
        yield f"{prompt.campaign} gives one of {', '.join(prompt.options)}, once it lies in the basket."
    applied = {effect.campaign for effect in answer.effects} | {one.campaign for one in answer.prompts}
    for offer in answer.offers:
        if offer.campaign not in applied:
            product = f" for {offer.product}" if offer.product is not None else ""
            yield f"{offer.campaign} is shown{product}: {offer.title}."


def _effect(effect: Effect, currency: str) -> str:
    if effect.type == "points":
        return f"{effect.campaign} gives {effect.amount} points."
    if effect.type == "message":
        return f"{effect.campaign} says: {effect.receipt_text}."
    amount = write(Money(effect.amount, currency))
    if effect.line is None:
        return f"{effect.campaign} pays {amount}."
    less = ""
    if effect.reason is not None:
        because = "the margin" if effect.reason == "margin_floor" else "what is left of its budget"
        less = f", not {write(Money(effect.desired, currency))}, because of {because}"
    return f"{effect.campaign} takes {amount} off {effect.quantity} of line {effect.line}{less}."


def _not_given(answer: Decision, currency: str) -> Iterator[str]:
    for one in answer.refused:
        subject = f"The code {one.code}" if isinstance(one, RefusedCode) else one.campaign
        yield f"{subject} {WHY.get(one.reason, one.reason)}{_hint(one.hint, currency)}."


def _hint(hint: Hint | None, currency: str) -> str:
    if hint is None:
        return ""
    if hint.type == "spend":
        return f" ({write(Money(int(hint.value), currency))} more)"
    return f" ({_HINTS.get(hint.type, hint.type + ': {}').format(hint.value)})"


def _closing(answer: Decision) -> Iterator[str]:
    for draw in answer.draws:
        yield f"{draw.campaign} drew {draw.variant}, which {draw.propensity_bp / 100:g}% of people do."
    if answer.search == "bounded":
        yield "There were too many combinations to prove that this is the best."
