"""A decision after the ledger had its say: what found no room is taken out of it, to the last minor unit.

Invariant: the parts still sum to the whole, and only what a limit refused differs from what was evaluated.
"""

from collections.abc import Sequence
from dataclasses import replace

from offers.evaluation.decision import Decision, Effect, Refusal, Totals
from offers.redemptions.redemption import Item


def settle(decision: Decision, items: Sequence[Item]) -> Decision:
    """The decision with the amounts that were granted."""
    granted = {(item.offer, item.line): item for item in items}
    effects: list[Effect] = []
    short: list[tuple[Effect, int]] = []
    refused: dict[str, str] = {}
    for effect in decision.effects:
        item = granted.get((effect.offer, effect.line or ""))
        if item is None or item.granted_minor >= effect.amount:
            effects.append(effect)
            continue
        short.append((effect, effect.amount - item.granted_minor))
        if item.granted_minor:
            effects.append(replace(effect, amount=item.granted_minor, reason="capacity"))
        else:
            refused[effect.campaign] = item.reason or "capacity"
    if not short:
        return decision
    given = {effect.offer for effect in effects}
    touched = {effect.line for effect, _ in short}
    changed = {effect.offer for effect in decision.effects if effect.line in touched}
    missing: dict[str | None, int] = {}
    for effect, minor in short:
        missing[effect.line] = missing.get(effect.line, 0) + minor
    return replace(
        decision,
        effects=tuple(effects),
        # A price that no longer holds is not shown; the offer itself still is, where some of it was granted.
        offers=tuple(
            replace(offer, price_after=None) if offer.offer in changed else offer
            for offer in decision.offers
            if offer.offer in given or offer.offer not in {effect.offer for effect in decision.effects}
        ),
        lines=tuple(replace(line, after=line.after + missing.get(line.line, 0)) for line in decision.lines),
        totals=_totals(decision.totals, short),
        refused=(
            *decision.refused,
            *(Refusal(campaign, reason) for campaign, reason in sorted(refused.items())),
        ),
    )


def _totals(totals: Totals, short: Sequence[tuple[Effect, int]]) -> Totals:
    """The sums without what was not granted; only what is off a price changes what the goods cost."""

    def lacking(*types: str) -> int:
        return sum(minor for effect, minor in short if effect.type in types)

    off, tender, points = lacking("line_discount", "gift"), lacking("tender_coupon"), lacking("points")
    return Totals(
        totals.before,
        totals.discount - off,
        totals.tender - tender,
        totals.points - points,
        totals.after + off,
    )
