"""Grants put into the contract's words: effects for the till, offers with their message and prices.

Invariant: effects and offers are in an order that depends on their content only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter

from offers.catalogue.offer_ids import compose
from offers.catalogue.rule import GIFT, Rule, Treatment
from offers.catalogue.wording import Facts
from offers.evaluation import beside
from offers.evaluation.case import Case, Item
from offers.evaluation.decision import Effect, LineAfter, Offer, Prompt, Totals
from offers.evaluation.eligibility import ends_at
from offers.evaluation.pricing import Grant
from offers.marketing.campaign import Message
from offers.model import ONE_UNIT_MILLI


@dataclass(slots=True, eq=False)
class Bundle:
    """The grants of one offer: a campaign, or a campaign on one wanted product; and the words it speaks.

    `item` is there when it is about exactly one, `before` and `after` when that is of one unit.
    """

    offer: str
    rule: Rule
    message: Message
    grants: list[Grant] = field(default_factory=list)
    saving_minor: int = 0
    item: Item | None = None
    before: int | None = None
    after: int | None = None


def bundle(case: Case, grants: Sequence[Grant]) -> list[Bundle]:
    """The grants by offer, those that save most first."""
    bundles: dict[str, Bundle] = {}
    for grant in grants:
        play, item = grant.claim.play, grant.claim.item
        offer = offer_id(play.rule, item)
        held = bundles.get(offer)
        if held is None:
            held = bundles[offer] = Bundle(offer, play.rule, _message(case, play.treatment))
        held.grants.append(grant)
        if not item.beside:
            held.saving_minor += grant.amount
    for one in bundles.values():
        if len(one.grants) == 1 and not one.grants[0].claim.item.beside:
            item = one.item = one.grants[0].claim.item
            if item.units == 1:
                one.before = item.amount_minor
                one.after = item.amount_minor - one.saving_minor
    if len(bundles) == 1:
        return list(bundles.values())
    return sorted(bundles.values(), key=lambda one: (-one.saving_minor, one.rule.position, one.offer))


def offer_id(rule: Rule, item: Item) -> str:
    """The offer a rule makes for an item: of its own where the rule is about the wanted item."""
    return compose(rule.id, rule.version, item.sku) if rule.wanted and item.sku else rule.offer


@dataclass(slots=True, eq=False)
class Paid:
    """What the grants come to: the offers that give something, what lines cost in the end, and the sums."""

    bundles: list[Bundle]
    effects: tuple[Effect, ...]
    lines: tuple[LineAfter, ...]
    totals: Totals
    prompts: tuple[Prompt, ...]
    worthless: frozenset[str] = frozenset()
    """Campaigns whose reward came to nothing because of what others took off."""


def settle(case: Case, grants: Sequence[Grant]) -> Paid:
    """The answer's parts: prices first, then what is beside them."""
    priced = [grant for grant in grants if not grant.claim.item.beside]
    bundles = bundle(case, priced)
    lines, totals = lines_after(case, bundles)
    if len(priced) == len(grants):
        return Paid(bundles, effects(case, bundles), lines, totals, ())
    rest = [line.after if item.sale else 0 for line, item in zip(lines, case.items, strict=True)]
    given = beside.give(
        [grant for grant in grants if grant.claim.item.beside],
        rest,
        returned_minor=sum([item.amount_minor for item in case.items if not item.sale]),
    )
    more = {one.grants[0].claim.play.rule.position: one for one in bundle(case, [one for one, _ in given])}
    told: list[Effect] = []
    prompts: list[Prompt] = []
    for grant, amount in given:
        one = more[grant.claim.play.rule.position]
        if grant.claim.play.treatment.kind == GIFT:
            prompts.append(beside.prompt(grant))
        else:
            told.append(beside.effect(grant, amount, one.offer, _receipt(case, one)))
    tender = sum([effect.amount for effect in told if effect.type == "tender_coupon"])
    points = sum([effect.amount for effect in told if effect.type == "points"])
    totals = Totals(totals.before, totals.discount, tender, points, totals.after)
    named = {grant.claim.play.rule.id for grant in grants if grant.claim.item.beside}
    return Paid(
        [*bundles, *more.values()],
        (*effects(case, bundles), *told),
        lines,
        totals,
        tuple(prompts),
        frozenset(named - {one.rule.id for one in more.values()}),
    )


def effects(case: Case, bundles: Sequence[Bundle]) -> tuple[Effect, ...]:
    """One effect per line and offer, in the order of lines and of taking off."""
    found: list[tuple[int, int, Effect]] = []
    for one in bundles:
        receipt, rule = _receipt(case, one), one.rule
        for grant in one.grants:
            item = grant.claim.item
            effect = Effect(
                f"{one.offer}@{item.line}",
                "gift" if grant.claim.play.treatment.kind == GIFT else "line_discount",
                one.offer,
                rule.id,
                item.line,
                _quantity(grant, item),
                grant.desired,
                grant.amount,
                grant.reason,
                rule.funding,
                receipt,
            )
            found.append((item.order, rule.rank, effect))
    found.sort(key=itemgetter(0, 1))
    return tuple([effect for _, _, effect in found])


def offer(case: Case, one: Bundle, *, personal: bool = False) -> Offer:
    """The offer as it is shown; `personal` where knowing the person chose it, whatever the campaign."""
    rule, item = one.rule, one.item
    title, text = _title_and_text(case, one)
    return Offer(
        one.offer,
        rule.id,
        title,
        text,
        item.sku if item is not None else None,
        one.before,
        one.after,
        expires_at(case, one),
        rule.personal or personal,
        () if case.disclosure.neutral or rule.interest is None else _reasons(one),
    )


def bare_offer(case: Case, rule: Rule, treatment: Treatment) -> Offer:
    """An impersonal campaign shown without a product."""
    return offer(case, Bundle(rule.offer, rule, _message(case, treatment)))


def lines_after(case: Case, bundles: Sequence[Bundle]) -> tuple[tuple[LineAfter, ...], Totals]:
    """What every line costs in the end, and the sums over the sale lines."""
    off = [0] * len(case.items)
    for one in bundles:
        for grant in one.grants:
            off[grant.claim.item.order] += grant.amount
    lines = tuple([LineAfter(item.line, item.amount_minor - off[item.order]) for item in case.items])
    before = sum([item.amount_minor for item in case.items if item.sale])
    discount = sum(off)
    return lines, Totals(before, discount, 0, 0, before - discount)


def expires_at(case: Case, one: Bundle) -> datetime | None:
    """When the offer ends: the campaign's end or closing hour, or when the interest grows too old."""
    ends = ends_at(case, one.rule) if one.rule.timed else None
    for grant in one.grants:
        if grant.claim.standing is not None:
            old = datetime.fromtimestamp(grant.claim.standing.expires_at_s, UTC)
            ends = old if ends is None else min(ends, old)
    return ends


def quantity_text(quantity_milli: int) -> str:
    """Thousandths as a decimal without trailing zeros: `2`, `0.482`."""
    if quantity_milli == ONE_UNIT_MILLI:
        return "1"
    whole, rest = divmod(quantity_milli, ONE_UNIT_MILLI)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def _quantity(grant: Grant, item: Item) -> str:
    return quantity_text(item.quantity_milli if grant.units == item.units else grant.units * ONE_UNIT_MILLI)


def _receipt(case: Case, one: Bundle) -> str:
    """Words for the paper: the campaign's own, else words that tell a reader nothing about the person."""
    message = one.message
    phrase = message.receipt or message.neutral or ("" if one.rule.personal else message.title)
    return _say(case, one, phrase) or one.rule.name


def _message(case: Case, treatment: Treatment) -> Message:
    return treatment.words.choose(case.query.channel, case.query.language)


def _title_and_text(case: Case, one: Bundle) -> tuple[str, str]:
    """What stands on a screen. An offer on several products, or on none yet, has no words about one."""
    message = one.message
    if case.disclosure.neutral and one.rule.personal:
        return _say(case, one, message.neutral) or _say(case, one, "{product}") or one.rule.name, ""
    return _say(case, one, message.title) or one.rule.name, _say(case, one, message.text)


def _say(case: Case, one: Bundle, phrase: str) -> str:
    """The phrase, or nothing when it names what the offer has not."""
    if "{" not in phrase and "}" not in phrase:
        return phrase
    item = one.item
    name = (item.product.title if item.product else item.sku) if item else None
    amounts = {"price_before": one.before, "price_after": one.after, "discount": one.saving_minor or None}
    return Facts(name, case.currency, case.query.language, amounts).say(phrase)


def _reasons(one: Bundle) -> tuple[str, ...]:
    """Why this person gets it; never for a shared screen."""
    return tuple(sorted({grant.claim.standing.kind for grant in one.grants if grant.claim.standing}))
