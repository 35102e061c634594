"""A decision after the ledger had its say: what found no room is taken out of it, to the last minor unit.

Invariant: the parts still sum to the whole, and only what a limit refused differs from what was evaluated.
"""

from collections.abc import Sequence
from dataclasses import replace

from offers.decision import Decision, Effect, Refusal
from offers.redemption import Item


def settle(decision: Decision, items: Sequence[Item]) -> Decision:
    """The decision with the amounts that were granted."""
    granted = {(item.offer, item.line): item for item in items}
    effects: list[Effect] = []
    missing: dict[str, int] = {}
    points_short = 0
    refused: dict[str, str] = {}
    for effect in decision.effects:
        item = granted.get((effect.offer, effect.line))
        if item is None or item.granted_minor >= effect.amount:
            effects.append(effect)
            continue
        short = effect.amount - item.granted_minor
        if item.unit == "points":
            points_short += short
        else:
            missing[effect.line] = missing.get(effect.line, 0) + short
        if item.granted_minor:
            effects.append(replace(effect, amount=item.granted_minor, reason="capacity"))
        else:
            refused[effect.campaign] = item.reason or "capacity"
    if not missing and not points_short:
        return decision
    given = {effect.offer for effect in effects}
    short = sum(missing.values())
    totals = decision.totals
    return replace(
        decision,
        effects=tuple(effects),
        # A price that no longer holds is not shown; the offer itself still is, where some of it was granted.
        offers=tuple(
            replace(offer, price_after=None) if offer.offer in _touched(decision, missing) else offer
            for offer in decision.offers
            if offer.offer in given or offer.offer not in {effect.offer for effect in decision.effects}
        ),
        lines=tuple(replace(line, after=line.after + missing.get(line.line, 0)) for line in decision.lines),
        totals=replace(
            totals,
            discount=totals.discount - short,
            after=totals.after + short,
            points=totals.points - points_short,
        ),
        refused=(
            *decision.refused,
            *(Refusal(campaign, reason) for campaign, reason in sorted(refused.items())),
        ),
    )


def _touched(decision: Decision, missing: dict[str, int]) -> set[str]:
    return {effect.offer for effect in decision.effects if effect.line in missing}
