"""What signed offers give on a basket. Pure.

Invariant: one offer a line, the one that saves most; never more than the line's amount, and in all of an
offer never more than its maximum. The gateway stacks and weighs; a till alone does the simplest thing that is
safe.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from o2o_client.signed import LineRule, SignedOffer
from o2o_client.values import Applied, Line


def give(offers: Iterable[SignedOffer], lines: Sequence[Line]) -> list[Applied]:
    """What these offers take off these lines."""
    left = {offer.offer: offer.maximum_minor for offer in offers}
    ordered = sorted(offers, key=lambda offer: offer.offer)
    found = []
    for line in lines:
        best: Applied | None = None
        for offer in ordered:
            amount = min(off(offer.rule, line), left[offer.offer])
            if amount > (best.amount if best is not None else 0):
                best = Applied(offer.offer, line.line, amount, line.quantity, offer.text)
        if best is not None:
            left[best.offer] -= best.amount
            found.append(best)
    return found


def off(rule: LineRule, line: Line) -> int:
    """What a rule takes off a line, whatever its maximum."""
    if line.kind != "sale" or not _covers(rule, line):
        return 0
    quantity = Decimal(line.quantity)
    if rule.kind == "percent":
        return min(line.amount, _rounded(Decimal(line.amount) * rule.value / 10_000))
    if rule.kind == "unit":
        return min(line.amount, _rounded(quantity * rule.value))
    return max(0, line.amount - _rounded(quantity * rule.value))


def _covers(rule: LineRule, line: Line) -> bool:
    if not rule.skus and not rule.categories:
        return True
    category = line.category or ""
    return line.sku in rule.skus or any(
        category == path or category.startswith(f"{path}/") for path in rule.categories
    )


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
