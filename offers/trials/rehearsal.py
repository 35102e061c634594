"""What a draft would have given on baskets that were really asked about, beside all that is live.

Invariant: each basket is evaluated twice, without the draft and with it, and nothing is stored. The draft's
limits are whole when the day begins and count from one basket to the next.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from offers.catalogue.compiled import Catalogue, extend
from offers.decisions.decision_record import Inputs
from offers.evaluation.decision import Effect
from offers.evaluation.evaluate import evaluate
from offers.marketing.campaign import Entry
from offers.model import Known, Left, Query


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Sums over the baskets of one currency. `given_minor` is what the draft itself takes off (or pays);
    `discount_minor` what all campaigns give with it, `discount_before_minor` without it.
    """

    currency: str
    baskets: int
    touched: int
    given_minor: int
    points: int
    sales_minor: int
    discount_before_minor: int
    discount_minor: int

    @property
    def cost_minor(self) -> int:
        """What it would have cost: the more that would have been given, in all."""
        return self.discount_minor - self.discount_before_minor


def rehearse(live: Catalogue, draft: Entry, asked: Iterable[Inputs]) -> tuple[Rehearsed, ...]:
    """The draft among the live campaigns, in the place of its own live version, by currency."""
    without = extend(live, live.version, (), {draft.number})
    beside = extend(without, live.version, [draft])
    sums: dict[str, list[int]] = {}
    in_order = sorted(asked, key=lambda inputs: inputs.query.price_time)
    spent = _Spent(draft, int(in_order[0].query.price_time.timestamp()) if in_order else 0)
    for inputs in in_order:
        if inputs.query.basket is None:
            continue
        row = sums.setdefault(inputs.query.basket.currency, [0] * 7)
        for place, value in enumerate(_one(without, beside, spent, inputs)):
            row[place] += value
    return tuple(Rehearsed(currency, *row) for currency, row in sorted(sums.items()))


@dataclass(slots=True)
class _Spent:
    """What the draft has used of its limits so far, in the day's order."""

    draft: Entry
    began_at_s: int
    uses: int = 0
    days: Counter[tuple[str | None, date]] = field(default_factory=Counter)
    money: Counter[str] = field(default_factory=Counter)
    people: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def known(self, inputs: Inputs) -> Known:
        """What was known, with what is left to the draft."""
        limits, number = self.draft.campaign.limits, self.draft.number
        currency = (
            inputs.query.place.currency if inputs.query.basket is None else inputs.query.basket.currency
        )
        budget = {one.currency: one.amount_minor for one in limits.budget}
        left = Left(
            limits.total - self.uses if limits.total is not None else None,
            limits.per_store_day - self.days[_day(inputs.query)]
            if limits.per_store_day is not None
            else None,
            budget[currency] - self.money[currency] if currency in budget else None,
        )
        known, redeemed = inputs.known, dict(inputs.known.redeemed)
        before = [at_s for at_s in redeemed.pop(number, ()) if at_s < self.began_at_s]
        own = self.people[inputs.shopper.person_no] if inputs.shopper is not None else []
        if before or own:
            redeemed[number] = (*before, *own)
        return replace(known, room={**known.room, number: left}, redeemed=redeemed)

    def note(self, inputs: Inputs, own: list[Effect]) -> None:
        """The draft was used."""
        query = inputs.query
        assert query.basket is not None, "only baskets are rehearsed"
        self.uses += 1
        self.days[_day(query)] += 1
        self.money[query.basket.currency] += sum(one.amount for one in own if one.type != "points")
        if inputs.shopper is not None:
            self.people[inputs.shopper.person_no].append(int(query.price_time.timestamp()))


def _day(query: Query) -> tuple[str | None, date]:
    """The store and its day."""
    if query.transaction is not None:
        return query.place.store, query.transaction.business_day
    return query.place.store, query.price_time.astimezone(ZoneInfo(query.place.zone)).date()


def _one(without: Catalogue, beside: Catalogue, spent: _Spent, inputs: Inputs) -> tuple[int, ...]:
    before, after = (
        evaluate(live, inputs.query, inputs.shopper, known, policy=inputs.policy, seed=inputs.seed)
        for live, known in ((without, inputs.known), (beside, spent.known(inputs)))
    )
    own = [effect for effect in after.effects if effect.campaign == spent.draft.campaign.id]
    if any(effect.amount for effect in own):
        spent.note(inputs, own)
    given = sum(effect.amount for effect in own if effect.type != "points")
    points = sum(effect.amount for effect in own if effect.type == "points")
    return (
        1,
        bool(own),
        given,
        points,
        after.totals.before,
        before.totals.discount + before.totals.tender,
        after.totals.discount + after.totals.tender,
    )
