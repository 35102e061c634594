"""A commit that can be made in one statement: nothing has to be read under a lock before it is decided.

Invariant: a till cannot tell whether it was served like this or step by step. What counts by person,
codes and points go step by step, and so does whatever `offers.book` finds otherwise than it was thought.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from offers.catalogue.rule import Rule
from offers.context import Context
from offers.redemptions import booking, ledger_view, person_limits, wishes
from offers.redemptions.booking import Booking
from offers.redemptions.ledger import Step
from offers.redemptions.redemption import Clocks, Redemption, Use
from offers.redemptions.store_redemptions import Granted, Wish
from offers.redemptions.wishes import Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be booked, all as asked or not at all. `catalogue` is the version that it was decided by."""

    step: Step
    catalogue: int
    currency: str
    counts_at: datetime
    record_no: int | None
    wishes: tuple[Wish, ...]
    answer: Redemption


def plan(connection: Connection, ctx: Context, asked: Use, clocks: Clocks) -> Plan | None:
    """How to commit this at once; None where it has to go step by step. Raises UnknownStoreError."""
    if asked.state != "committed" or asked.offline:
        return None
    if asked.decision is not None and ctx.log.waiting(asked.decision) is not None:
        return None  # it must become durable with what it led to
    catalogue = ctx.snapshots.catalogue(connection).catalogue
    booked = booking.gather(connection, ctx, asked, clocks, "commit")
    named = {wishes.campaign_of(one.offer) for one in booked.applied}
    live = {name: catalogue.by_id[name] for name in named if name in catalogue.by_id}
    if len(live) < len(named) or any(map(person_limits.counts, live.values())):
        return None
    found = _wishes(booked, live)
    if not found.wishes or any(wish.code is not None or wish.unit == "points" for wish in found.wishes):
        return None
    return Plan(
        step=booked.step,
        catalogue=catalogue.version,
        currency=booked.currency,
        counts_at=booked.settled.counts_at,
        record_no=booked.record_no,
        wishes=tuple(found.wishes),
        answer=_answer(booked, found, live.values()),
    )


def _wishes(booked: Booking, live: dict[str, Rule]) -> Wishes:
    numbers = {name: rule.number for name, rule in live.items()}
    if booked.record is None:
        return wishes.from_offers(booked.applied, numbers, booked.asked.promises)
    if booked.record.inputs.query.codes:
        return Wishes()
    return wishes.from_decision(booked.applied, booked.record.answer, numbers, facts=False)


def _answer(booked: Booking, found: Wishes, rules: Iterable[Rule]) -> Redemption:
    granted = {
        wish.item: Granted(wish.item, wish.asked_minor, wish.over, wish.reason) for wish in found.wishes
    }
    names = {rule.number: rule.id for rule in rules}
    flags = {*found.flags, *booked.settled.flags, *booked.asked.flags}
    return Redemption(
        id=booked.step.new_id(),
        transaction=booked.step.key,
        state="committed",
        revision=booked.step.revision,
        items=(*ledger_view.granted_items(found.wishes, granted, names), *found.refused),
        decision=booked.asked.decision,
        flags=tuple(sorted(flags)),
    )
