"""Booking what a till applied: held for later, or committed, in time or late, online or offline."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from offers.context import Context
from offers.errors import NoLongerAuthorisedError, RedemptionStateError, UnknownRedemptionError
from offers.points import account
from offers.points.store import Earned
from offers.redemptions import booking, ledger, ledger_view, store_redemptions, wishes
from offers.redemptions.booking import Booking
from offers.redemptions.ledger import Opened
from offers.redemptions.redemption import Authorised, Clocks, Redemption, Refused, Use
from offers.redemptions.store_redemptions import Granted
from offers.redemptions.wishes import Wishes


def reserve(
    connection: Connection, ctx: Context, asked: Use, clocks: Clocks, *, authorised: Authorised
) -> Redemption | Refused:
    """Hold what an earlier decision offered."""
    booked = booking.gather(connection, ctx, asked, clocks, "reserve")
    expires_at = clocks.received_at + timedelta(seconds=ctx.policy.quote_valid_s)
    opened = ledger.begin_reserve(
        connection,
        booked.step,
        expires_at=expires_at,
        decision=asked.decision,
        record_no=booked.record_no,
        flags=list(booked.settled.flags),
    )
    if not isinstance(opened, Opened):
        return opened
    if not authorised():
        raise NoLongerAuthorisedError
    found = booking.by_decision(connection, ctx, booked, opened, facts=False)
    granted = _take(connection, booked, opened, found, expires_at=expires_at, facts=False)
    number = opened.held.redemption_no
    if not opened.fresh:
        kept = [wish.item for wish in found.wishes]
        store_redemptions.set_items(connection, number, "replaced", was=("reserved", "refused"), kept=kept)
    answer = _answer(booked, opened, found, granted, state="reserved", expires_at=expires_at)
    return ledger.keep_answer(connection, booked.step, number, answer)


def commit(
    connection: Connection,
    ctx: Context,
    asked: Use,
    clocks: Clocks,
    *,
    facts: bool = False,
    must_exist: bool = False,
    authorised: Authorised = lambda: True,
) -> Redemption | Refused:
    """Make a use final. `facts`: it has happened, so what finds no room is over instead of refused."""
    booked = booking.gather(connection, ctx, asked, clocks, "commit")
    opened = ledger.open_or_make(
        connection, booked.step, "committed", decision=asked.decision, record_no=booked.record_no
    )
    if opened.fresh and must_exist:
        raise UnknownRedemptionError
    if opened.fresh:
        facts = facts or asked.offline
        if not facts and not authorised():
            raise NoLongerAuthorisedError
        found = booking.by_decision(connection, ctx, booked, opened, facts=facts)
        return _finish(connection, ctx, booked, opened, found, facts=facts)
    answer = ledger.first_answer(connection, booked.step, opened.held)
    if answer is not None:
        return answer
    if opened.held.state in {"committed", "reversed"}:
        error = RedemptionStateError(f"It is {opened.held.state} already.")
        return ledger.refuse(connection, booked.step, opened.held, error)
    found = _as_held(connection, ctx, booked, opened)
    return _finish(connection, ctx, booked, opened, found, facts=True)


def _as_held(connection: Connection, ctx: Context, booked: Booking, opened: Opened) -> Wishes:
    """What was held and is now used. After its time, or after a void, its room may be gone: then it is
    over.
    """
    held = opened.held
    rows = store_redemptions.items(connection, held.redemption_no)
    reserved = [row for row in rows if row.state == held.state]
    found = wishes.from_reserved(booked.applied, reserved, booking.numbers(connection, ctx, booked.applied))
    if found.wishes and (held.state == "voided" or ledger_view.is_expired(held, booked.step.now)):
        found.flags.add("late")
        booking.mark_over(connection, ctx, booked, opened, found)
    used = {wish.item for wish in found.wishes}
    if any(row.item not in used for row in reserved):
        store_redemptions.set_items(connection, held.redemption_no, "voided", was=("reserved",), kept=used)
    return found


def _finish(
    connection: Connection, ctx: Context, booked: Booking, opened: Opened, found: Wishes, *, facts: bool
) -> Redemption:
    granted = _take(connection, booked, opened, found, expires_at=None, facts=facts)
    _earn(connection, ctx, booked, opened, found, granted)
    number = opened.held.redemption_no
    if any(one.over_limit for one in granted.values()):
        found.flags.add("over_limit")
    if booked.asked.offline:
        found.flags.add("offline")
    flags = {*opened.held.flags, *found.flags, *booked.settled.flags, *booked.asked.flags}
    answer = _answer(booked, opened, found, granted, state="committed", expires_at=None)
    answer = replace(answer, flags=tuple(sorted(flags)))
    if opened.fresh and not flags:
        return ledger.keep_answer(connection, booked.step, number, answer)
    return ledger.commit_with_answer(connection, booked.step, number, answer)


def _earn(
    connection: Connection,
    ctx: Context,
    booked: Booking,
    opened: Opened,
    found: Wishes,
    granted: dict[int, Granted],
) -> None:
    """Book the points that this use earns; nobody earns what no shopper was shown for."""
    earned = [
        Earned(wish.item, granted[wish.item].granted_minor)
        for wish in found.wishes
        if wish.unit == "points" and granted[wish.item].granted_minor
    ]
    if not earned:
        return
    record_no = opened.held.record_no or booked.record_no
    if record_no is None:
        found.flags.add("points_without_shopper")
        return
    account.earn(
        connection,
        opened.held.redemption_no,
        record_no,
        earned,
        at=booked.settled.counts_at,
        now=booked.step.now,
        policy=ctx.policy,
    )


def _take(
    connection: Connection,
    booked: Booking,
    opened: Opened,
    found: Wishes,
    *,
    expires_at: datetime | None,
    facts: bool,
) -> dict[int, Granted]:
    return store_redemptions.take(
        connection,
        opened.held.redemption_no,
        found.wishes,
        is_fresh=opened.fresh,
        store_no=booked.step.store_no,
        business_day=booked.step.key.business_day,
        currency=booked.currency,
        used_at=booked.settled.counts_at,
        now=booked.step.now,
        expires_at=expires_at,
        facts=facts,
        record_no=opened.held.record_no or booked.record_no,
    )


def _answer(
    booked: Booking,
    opened: Opened,
    found: Wishes,
    granted: dict[int, Granted],
    *,
    state: Literal["reserved", "committed"],
    expires_at: datetime | None,
) -> Redemption:
    names = {wish.campaign_no: wishes.campaign_of(wish.offer) for wish in found.wishes}
    return Redemption(
        id=opened.held.id,
        transaction=booked.step.key,
        state=state,
        revision=max(opened.held.revision, booked.step.revision),
        items=(*ledger_view.granted_items(found.wishes, granted, names), *found.refused),
        expires_at=expires_at,
        decision=opened.held.decision or booked.asked.decision,
        flags=tuple(booked.settled.flags),
    )
