"""What a draft would have given on baskets that were really asked about, beside all that is live.

Invariant: each basket is evaluated twice, without the draft and with it, and nothing is stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from offers.catalogue.compiled import Catalogue, extend
from offers.decisions.decision_record import Inputs
from offers.evaluation.evaluate import evaluate
from offers.marketing.campaign import Campaign, Entry


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
    for inputs in asked:
        if inputs.query.basket is None:
            continue
        row = sums.setdefault(inputs.query.basket.currency, [0] * 7)
        for place, value in enumerate(_one(without, beside, draft.campaign, inputs)):
            row[place] += value
    return tuple(Rehearsed(currency, *row) for currency, row in sorted(sums.items()))


def _one(without: Catalogue, beside: Catalogue, draft: Campaign, inputs: Inputs) -> tuple[int, ...]:
    before, after = (
        evaluate(live, inputs.query, inputs.shopper, inputs.known, policy=inputs.policy, seed=inputs.seed)
        for live in (without, beside)
    )
    own = [effect for effect in after.effects if effect.campaign == draft.id]
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
