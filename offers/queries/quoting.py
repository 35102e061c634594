"""Answering a query: read what matters now, evaluate, and either log the quote or hold what was answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from offers.context import Answer, Context
from offers.decisions import store_decisions
from offers.decisions.decision_record import DecisionRecord, moment
from offers.errors import (
    NoLongerAuthorisedError,
    UnknownDecisionError,
)
from offers.evaluation.decision import Decision
from offers.evaluation.evaluate import evaluate
from offers.model import ONE_UNIT_MILLI, Query, Shopper
from offers.queries.looking import Looked, Seen, look
from offers.redemptions import ledger, ledger_view, settled, store_people, store_redemptions
from offers.redemptions.booking import counted_by
from offers.redemptions.ledger import Opened, Step
from offers.redemptions.redemption import Authorised, Redemption, Refused
from offers.redemptions.store_redemptions import Wish
from offers.redemptions.wishes import unit_of

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def quote(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    *,
    now: datetime,
    record_no: int | None,
    dry_run: bool,
    seen: Seen | None = None,
) -> Answer | Refused:
    """Answer without writing anything here; the log writes behind the answer."""
    looked = look(connection, ctx, asked, shopper, now=now, seen=seen)
    if isinstance(looked, Refused):
        return looked
    record = decide(ctx, looked, now=now, record_no=counted_by(shopper, record_no))
    if not dry_run:
        ctx.log.add(record)
    return Answer(id=record.id, revision=asked.revision, decision=record.answer)


def reserve(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    *,
    now: datetime,
    record_no: int | None,
    authorised: Authorised,
    content: bytes,
) -> Answer | Refused:
    """Answer and hold what is answered, all in the caller's transaction."""
    step = _step(ctx, asked, content, now)
    counted = counted_by(shopper, record_no)
    expires_at = now + timedelta(seconds=ctx.policy.quote_valid_s)
    opened = ledger.begin_reserve(connection, step, expires_at=expires_at, record_no=counted)
    if isinstance(opened, Refused):
        return opened
    if isinstance(opened, Redemption):
        return _again(connection, opened)
    looked = _look_alone(connection, ctx, asked, shopper, now=now)
    if isinstance(looked, Refused):
        return looked
    if not authorised():
        raise NoLongerAuthorisedError
    record = decide(ctx, looked, now=now, record_no=counted)
    store_decisions.add(connection, [record])
    held = _hold(connection, step, opened, looked, record, expires_at)
    answer = settled.settle(record.answer, held.items)
    return Answer(id=record.id, revision=asked.revision, decision=answer, redemption=held)


def _step(ctx: Context, asked: Query, content: bytes, now: datetime) -> Step:
    key, store_no = asked.transaction, asked.place.store_no
    assert key is not None, "only a transaction can hold anything"
    assert store_no is not None, "only a store has transactions"
    return Step(
        key=key,
        store_no=store_no,
        operation="reserve",
        revision=asked.revision,
        digest=ledger.digest_of(content or replace(asked, price_time=_NO_TIME)),
        happened_at=now,
        now=now,
        new_id=ctx.new_id,
    )


def _look_alone(
    connection: Connection, ctx: Context, asked: Query, shopper: Shopper | None, *, now: datetime
) -> Looked | Refused:
    """Look, and if anything live counts people under the person's lock: what she has used stays true."""
    is_alone = shopper is not None and ctx.snapshots.catalogue(connection).counts_people
    if shopper is not None and is_alone:
        store_people.lock_person(connection, shopper.limit_members)
    looked = look(connection, ctx, asked, shopper, now=now, claims=True)
    if shopper is None or is_alone or isinstance(looked, Refused) or not looked.snapshot.counts_people:
        return looked
    # The look itself brought the first campaign that counts people.
    store_people.lock_person(connection, shopper.limit_members)
    return look(connection, ctx, asked, shopper, now=now, claims=True)


def decide(ctx: Context, looked: Looked, *, now: datetime, record_no: int | None) -> DecisionRecord:
    """Evaluate what was read."""
    inputs = looked.inputs
    decision = evaluate(
        looked.snapshot.catalogue,
        inputs.query,
        inputs.shopper,
        inputs.known,
        policy=inputs.policy,
        seed=inputs.seed,
    )
    decision_id = ctx.new_id()
    return DecisionRecord(
        id=decision_id, at=moment(decision_id, now), inputs=inputs, answer=decision, record_no=record_no
    )


def _hold(
    connection: Connection,
    step: Step,
    opened: Opened,
    looked: Looked,
    record: DecisionRecord,
    expires_at: datetime,
) -> Redemption:
    rules = looked.snapshot.catalogue.by_id
    query, held = looked.inputs.query, opened.held
    wishes = wishes_of(record.answer, {name: rules[name].number for name in _campaigns(record.answer)})
    # Before the take: from there on others wait for the commit.
    store_redemptions.decide(connection, held.redemption_no, record.id, query.price_time)
    if not opened.fresh:
        kept = [wish.item for wish in wishes]
        store_redemptions.set_items(
            connection, held.redemption_no, "replaced", was=("reserved", "refused"), kept=kept
        )
    granted = store_redemptions.take(
        connection,
        held.redemption_no,
        wishes,
        is_fresh=opened.fresh,
        store_no=step.store_no,
        business_day=step.key.business_day,
        currency=query.basket.currency if query.basket is not None else query.place.currency,
        used_at=step.now,
        now=step.now,
        expires_at=expires_at,
        facts=False,
        record_no=record.record_no,
    )
    names = {rules[name].number: name for name in _campaigns(record.answer)}
    answer = Redemption(
        id=held.id,
        transaction=step.key,
        state="reserved",
        revision=step.revision,
        items=ledger_view.granted_items(wishes, granted, names),
        expires_at=expires_at,
        decision=record.id,
    )
    return ledger.keep_answer(connection, step, held.redemption_no, answer)


def wishes_of(decision: Decision, numbers: dict[str, int]) -> list[Wish]:
    """What a decision's effects ask of the ledger, in their order."""
    return [
        Wish(
            item=place,
            campaign_no=numbers[effect.campaign],
            offer=effect.offer,
            line=effect.line or "",
            quantity_milli=int(Decimal(effect.quantity) * ONE_UNIT_MILLI),
            desired_minor=effect.desired,
            asked_minor=effect.amount,
            reason=effect.reason,
            unit=unit_of(effect.type),
        )
        for place, effect in enumerate((one for one in decision.effects if one.amount > 0), start=1)
    ]


def _campaigns(decision: Decision) -> set[str]:
    return {effect.campaign for effect in decision.effects}


def _again(connection: Connection, redemption: Redemption) -> Answer:
    record = (
        store_decisions.read(connection, redemption.decision) if redemption.decision is not None else None
    )
    if record is None:
        raise UnknownDecisionError
    decision = settled.settle(record.answer, redemption.items)
    return Answer(id=record.id, revision=redemption.revision, decision=decision, redemption=redemption)
