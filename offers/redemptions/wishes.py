"""What a till applied, turned into what the ledger is asked for: by an earlier decision, by what was
reserved, or by nothing but the offers' ids.

Invariant: every applied line comes out once, as a wish or as a refused item with its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from offers.catalogue import offer_ids
from offers.evaluation.decision import Decision
from offers.redemptions.redemption import Applied, Item, Promise, Unit
from offers.redemptions.store_redemptions import Wish


class Reserved(Protocol):
    """An item as it was reserved."""

    item: int
    campaign_no: int
    campaign: str
    offer: str
    line: str
    quantity_milli: int
    desired_minor: int
    granted_minor: int
    unit: Unit
    reason: str | None


@dataclass(slots=True, eq=False)
class Wishes:
    """What may be booked, what may not and why, and what a person should look at."""

    wishes: list[Wish] = field(default_factory=list)
    refused: list[Item] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)


def merged(applied: Iterable[Applied]) -> list[Applied]:
    """One entry for each offer on a line, in an order of their content."""
    found: dict[tuple[str, str], Applied] = {}
    for one in applied:
        held = found.get((one.offer, one.line))
        found[one.offer, one.line] = one if held is None else Applied(
            one.offer,
            one.line,
            held.quantity_milli + one.quantity_milli,
            held.amount_minor + one.amount_minor,
        )  # fmt: skip
    return [found[key] for key in sorted(found)]


def from_decision(
    applied: Sequence[Applied], decision: Decision, numbers: Mapping[str, int], *, facts: bool
) -> Wishes:
    """By what was offered. A till cannot use more than that, unless it has done so already (`facts`)."""
    found = Wishes()
    effects = {(effect.offer, effect.line or ""): effect for effect in decision.effects}
    for place, one in enumerate(applied, start=1):
        effect = effects.get((one.offer, one.line))
        if effect is None and not facts:
            found.refused.append(_refused(one, "not_offered"))
            continue
        offered = effect.amount if effect is not None else 0
        desired = effect.desired if effect is not None else one.amount_minor
        if one.amount_minor > offered:
            found.flags.add("beyond_offer")
        asked = one.amount_minor if facts else min(one.amount_minor, offered)
        reason = "beyond_offer" if asked < one.amount_minor else None
        unit = unit_of(effect.type) if effect is not None else "money"
        _add(
            found, place, one, numbers,
            desired_minor=max(desired, asked), asked_minor=asked, reason=reason, unit=unit,
        )  # fmt: skip
    return found


def from_reserved(
    applied: Sequence[Applied], reserved: Sequence[Reserved], numbers: Mapping[str, int]
) -> Wishes:
    """By what was reserved; with nothing applied, all of it. What was used has been used, reserved or not."""
    found = Wishes()
    if not applied:
        found.wishes = [
            Wish(
                item=one.item,
                campaign_no=one.campaign_no,
                offer=one.offer,
                line=one.line,
                quantity_milli=one.quantity_milli,
                desired_minor=one.desired_minor,
                asked_minor=one.granted_minor,
                reason=one.reason,
                unit=one.unit,
            )
            for one in reserved
            if one.granted_minor > 0
        ]
        return found
    held = {(one.offer, one.line): one for one in reserved}
    last = max((one.item for one in reserved), default=0)
    for one in applied:
        known = held.get((one.offer, one.line))
        if known is None or one.amount_minor > known.granted_minor:
            found.flags.add("beyond_reservation")
        if known is None:
            last += 1
        _add(
            found,
            last if known is None else known.item,
            one,
            numbers,
            desired_minor=max(one.amount_minor, 0 if known is None else known.desired_minor),
            asked_minor=one.amount_minor,
            reason=None if known is None else known.reason,
            unit="money" if known is None else known.unit,
        )
    return found


def from_offers(
    applied: Sequence[Applied], numbers: Mapping[str, int], promises: Iterable[Promise] = ()
) -> Wishes:
    """By the offers' ids: the till sold by signed offers, or the answer to its question was lost."""
    found = Wishes()
    promised = {one.offer: one for one in promises}
    given: dict[str, int] = {}
    for place, one in enumerate(applied, start=1):
        promise = promised.get(one.offer)
        given[one.offer] = given.get(one.offer, 0) + one.amount_minor
        if promise is None:
            found.flags.add("no_decision")
        elif given[one.offer] > promise.maximum_minor:
            found.flags.add("beyond_offer")
        _add(
            found,
            place,
            one,
            numbers,
            desired_minor=one.amount_minor,
            asked_minor=one.amount_minor,
            reason=None,
            code=promise.code if promise is not None else None,
        )
    return found


def unit_of(effect: str) -> Unit:
    """What an effect of this type gives: points are no money, everything else is counted as what it costs."""
    return "points" if effect == "points" else "money"


def campaign_of(offer: str) -> str:
    """The campaign that an offer's id names; the id itself where it never was one."""
    key = offer_ids.parse(offer)
    return key.campaign if key is not None else offer


def _add(
    found: Wishes,
    item: int,
    one: Applied,
    numbers: Mapping[str, int],
    *,
    desired_minor: int,
    asked_minor: int,
    reason: str | None,
    unit: Unit = "money",
    code: str | None = None,
) -> None:
    number = numbers.get(campaign_of(one.offer))
    if number is None:
        found.refused.append(_refused(one, "unknown_offer"))
        found.flags.add("unknown_offer")
    elif asked_minor <= 0:
        found.refused.append(_refused(one, "no_effect"))
    else:
        found.wishes.append(
            Wish(
                item,
                number,
                one.offer,
                one.line,
                one.quantity_milli,
                desired_minor,
                asked_minor,
                reason,
                unit=unit,
                code=code,
                code_uses=None if code is None else 1,
            )
        )


def _refused(one: Applied, reason: str) -> Item:
    return Item(
        offer=one.offer,
        campaign=campaign_of(one.offer),
        line=one.line,
        quantity_milli=one.quantity_milli,
        desired_minor=one.amount_minor,
        granted_minor=0,
        reason=reason,
    )
