"""One use with all that is known about it: the decision behind it, the person it counts on, what may be
booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from offers import clock, store_catalogue
from offers.catalogue.compiled import compile_catalogue
from offers.catalogue.rule import Rule
from offers.clock import Settled
from offers.codes import opening
from offers.context import Context
from offers.decisions import store_decisions
from offers.decisions.decision_record import DecisionRecord
from offers.marketing import store_campaigns
from offers.model import Shopper
from offers.redemptions import ledger, person_limits, store_people, wishes
from offers.redemptions.ledger import Opened, Step
from offers.redemptions.redemption import Applied, Clocks, Item, Operation, Use
from offers.redemptions.store_redemptions import Wish
from offers.redemptions.wishes import Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One use with all that was found out about it."""

    asked: Use
    applied: Sequence[Applied]
    step: Step
    settled: Settled
    currency: str
    record: DecisionRecord | None
    shopper: Shopper | None
    record_no: int | None


def gather(connection: Connection, ctx: Context, asked: Use, clocks: Clocks, operation: Operation) -> Booking:
    """All that is known about a use."""
    applied = wishes.merged(asked.applied)
    place = ctx.snapshots.place(connection, asked.transaction.store)
    settled = clock.settle(clocks, offline=asked.offline, business_day=asked.transaction.business_day)
    record = _record(connection, ctx, asked.decision)
    shopper = asked.shopper or (record.inputs.shopper if record is not None else None)
    record_no = asked.record_no or (record.record_no if record is not None else None)
    return Booking(
        asked=asked,
        applied=applied,
        step=Step(
            key=asked.transaction,
            store_no=ctx.snapshots.store_no(connection, asked.transaction.store),
            operation=operation,
            revision=asked.revision,
            digest=ledger.digest_of(applied),
            happened_at=settled.happened_at,
            now=clocks.received_at,
            new_id=ctx.new_id,
        ),
        settled=settled,
        currency=place.currency,
        record=record,
        shopper=shopper,
        record_no=counted_by(shopper, record_no),
    )


def by_decision(
    connection: Connection, ctx: Context, booking: Booking, opened: Opened, *, facts: bool
) -> Wishes:
    """The wishes of a use that was not reserved, with what the person may no longer use taken out."""
    known = numbers(connection, ctx, booking.applied)
    if booking.record is not None:
        store_decisions.add(connection, [booking.record])  # durable with what it led to
        found = wishes.from_decision(booking.applied, booking.record.answer, known, facts=facts)
    else:
        found = wishes.from_offers(booking.applied, known, booking.asked.promises)
    if facts:
        mark_over(connection, ctx, booking, opened, found)
        return found
    refusals = _person_refusals(connection, ctx, booking, opened, found) | _code_refusals(connection, booking)
    for wish in found.wishes:
        if (reason := refusals.get(wish.campaign_no)) is not None:
            found.refused.append(_as_refused(wish, reason))
    found.wishes = [wish for wish in found.wishes if wish.campaign_no not in refusals]
    return found


def _code_refusals(connection: Connection, booking: Booking) -> dict[int, str]:
    """Campaigns whose code another transaction has used since the decision; the others' codes are claimed."""
    codes = booking.record.inputs.query.codes if booking.record is not None else ()
    if not codes:
        return {}
    step = booking.step
    return opening.claim(connection, codes, step.key, store_no=step.store_no, now=step.now)


def mark_over(connection: Connection, ctx: Context, booking: Booking, opened: Opened, found: Wishes) -> None:
    """Mark the wishes that go over what the person may use: they have happened, so they are booked and
    flagged.
    """
    refusals = _person_refusals(connection, ctx, booking, opened, found, known_only=True)
    found.wishes = [wish._replace(over=wish.campaign_no in refusals) for wish in found.wishes]


def _person_refusals(
    connection: Connection,
    ctx: Context,
    booking: Booking,
    opened: Opened,
    found: Wishes,
    *,
    known_only: bool = False,
) -> dict[int, str]:
    """Campaigns that the person may not use again, with the reason. Takes the person's lock if it counts."""
    counted = [rule for rule in _rules(connection, ctx, opened, found) if person_limits.counts(rule)]
    if not counted:
        return {}
    if booking.shopper is None:
        return {} if known_only else {rule.number: "needs_shopper" for rule in counted}
    members = booking.shopper.limit_members
    store_people.lock_person(connection, members)
    uses = store_people.uses(connection, members, but=opened.held.redemption_no, now=booking.step.now)
    at_s = int(booking.settled.counts_at.timestamp())
    reasons = {
        rule.number: person_limits.refuse(rule, uses.get(rule.number, ()), at_s=at_s) for rule in counted
    }
    return {number: reason for number, reason in reasons.items() if reason is not None}


def _rules(connection: Connection, ctx: Context, opened: Opened, found: Wishes) -> list[Rule]:
    """The rules of the campaigns that are wished for: the live ones from memory, made current first."""
    if not found.wishes:
        return []
    version = opened.catalogue or store_catalogue.version(connection)
    live = ctx.snapshots.at_least(connection, version).catalogue.by_id
    wished = {wishes.campaign_of(wish.offer): wish.campaign_no for wish in found.wishes}
    others = [number for name, number in wished.items() if name not in live]
    ended = compile_catalogue(version, store_campaigns.last(connection, others)).living() if others else ()
    return [*(live[name] for name in wished if name in live), *ended]


def _record(connection: Connection, ctx: Context, decision: UUID | None) -> DecisionRecord | None:
    """The decision, from the table or still on its way there."""
    if decision is None:
        return None
    return ctx.log.waiting(decision) or store_decisions.read(connection, decision)


def numbers(connection: Connection, ctx: Context, applied: Sequence[Applied]) -> dict[str, int]:
    """Campaign numbers by id, of the offers that were applied: the live ones from memory."""
    rules = ctx.snapshots.catalogue(connection).catalogue.by_id
    names = {wishes.campaign_of(one.offer) for one in applied}
    found = {name: rules[name].number for name in names if name in rules}
    missing = sorted(names - found.keys())
    return found | store_campaigns.numbers(connection, missing) if missing else found


def _as_refused(wish: Wish, reason: str) -> Item:
    return Item(
        offer=wish.offer,
        campaign=wishes.campaign_of(wish.offer),
        line=wish.line,
        quantity_milli=wish.quantity_milli,
        desired_minor=wish.desired_minor,
        granted_minor=0,
        reason=reason,
    )


def counted_by(shopper: Shopper | None, record_no: int | None) -> int | None:
    """The record that a use is booked on: the one shown, where it is the person's, else the oldest."""
    if shopper is None:
        return None
    return record_no if record_no in shopper.limit_members else shopper.person_no
