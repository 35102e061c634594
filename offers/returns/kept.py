"""What an offer gives on the goods that are kept: the original decision made again on a smaller basket.

Invariant: nothing but the basket differs. The campaigns are those that took part in the decision, in the
versions that were live then; prices, wants, room and moment are the decision's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from offers.catalogue.compiled import compile_catalogue
from offers.decisions.decision_record import DecisionRecord, Inputs
from offers.evaluation.evaluate import evaluate
from offers.marketing.campaign import Entry
from offers.model import Basket, Line
from offers.returns.refund import share


@dataclass(frozen=True, slots=True)
class Kept:
    """What the kept goods cost by themselves, and what each offer still gives: (offer, line) to amount."""

    cost_minor: int
    given: Mapping[tuple[str, str], int]


def evaluate_kept(record: DecisionRecord, entries: Iterable[Entry], back_milli: Mapping[str, int]) -> Kept:
    """Evaluate a decision again, less what came back of its lines."""
    inputs = record.inputs
    basket = inputs.query.basket
    assert basket is not None, "only a basket is sold"
    rest = _without(basket, back_milli)
    if not any(line.kind == "sale" for line in rest.lines):
        return Kept(0, {})
    decision = evaluate(
        compile_catalogue(record.answer.catalogue, entries),
        replace(inputs.query, basket=rest),
        inputs.shopper,
        inputs.known,
        policy=inputs.policy,
        seed=inputs.seed,
    )
    given = {(one.offer, one.line or ""): one.amount for one in decision.effects}
    return Kept(decision.totals.after, given)


def took_part(record: DecisionRecord) -> set[str]:
    """The campaigns that matched: those that gave something and those that were refused with a reason."""
    refused = {str(campaign) for one in record.answer.refused if (campaign := getattr(one, "campaign", None))}
    return refused | {effect.campaign for effect in record.answer.effects}


def lines_of(inputs: Inputs) -> tuple[Line, ...]:
    """The sale lines that were evaluated."""
    basket = inputs.query.basket
    return tuple(line for line in basket.lines if line.kind == "sale") if basket is not None else ()


def _without(basket: Basket, back_milli: Mapping[str, int]) -> Basket:
    lines = []
    for line in basket.lines:
        back = back_milli.get(line.line, 0) if line.kind == "sale" else 0
        if back < line.quantity_milli:
            lines.append(_less(line, back) if back else line)
    return replace(basket, lines=tuple(lines))


def _less(line: Line, back_milli: int) -> Line:
    whole = line.quantity_milli
    return line._replace(
        quantity_milli=whole - back_milli,
        amount_minor=line.amount_minor - share(line.amount_minor, back_milli, whole),
        minimum_minor=line.minimum_minor - share(line.minimum_minor, back_milli, whole),
    )
