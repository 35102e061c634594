"""Answering a query: read what matters now, evaluate, and either log the quote or hold what was answered."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from offers import transaction_key
from offers.catalogue.snapshot import Snapshot
from offers.codes import opening
from offers.context import Answer, Context
from offers.decisions import store_decisions
from offers.decisions.decision_record import DecisionRecord, Inputs, moment
from offers.errors import (
    CurrencyMismatchError,
    NoLongerAuthorisedError,
    StaleRevisionError,
    UnknownDecisionError,
)
from offers.evaluation.decision import Decision
from offers.evaluation.evaluate import evaluate
from offers.model import ONE_UNIT_MILLI, Known, Query, Shopper, Traits
from offers.preferences.rules import preferences
from offers.queries import store_known
from offers.queries.store_known import Moment
from offers.redemptions import ledger, ledger_view, settled, store_people, store_redemptions
from offers.redemptions.booking import counted_by
from offers.redemptions.ledger import Opened, Step
from offers.redemptions.redemption import Authorised, Redemption, Refused
from offers.redemptions.store_redemptions import Wish
from offers.redemptions.wishes import unit_of
from offers.segments import store as store_segments
from offers.showings import service as showings

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SEEN: Final = "A query of this transaction with a higher revision has been answered."


@dataclass(frozen=True, slots=True)
class Looked:
    """All that evaluating needs: the catalogue and the inputs."""

    snapshot: Snapshot
    inputs: Inputs


def quote(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    *,
    now: datetime,
    record_no: int | None,
    dry_run: bool,
) -> Answer | Refused:
    """Answer without writing anything here; the log writes behind the answer."""
    looked = look(connection, ctx, asked, shopper, now=now)
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


def look(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    *,
    now: datetime,
    claims: bool = False,
) -> Looked | Refused:
    """Read what matters to a query, once; a second time only when the catalogue had to be replaced.

    `claims`: counted codes are claimed for the transaction.
    """
    in_store = asked.place.store_no is not None
    if asked.basket is not None and in_store and asked.basket.currency != asked.place.currency:
        raise CurrencyMismatchError
    lines = asked.basket.lines if asked.basket is not None else ()
    in_basket = {line.product_no for line in lines if line.product_no is not None}
    products = ctx.assortment.numbered(connection, in_basket)
    snapshot = ctx.snapshots.catalogue(connection)
    while True:
        seen = store_known.read(
            connection,
            asked,
            shopper,
            snapshot.asked(asked, products),
            basket=in_basket if _is_narrow(asked, snapshot) else None,
            with_groups=snapshot.catalogue.wants_groups,
            with_stock=asked.channel != "till" or snapshot.needs_stock,
            with_uses=snapshot.counts_people,
            now=now,
        )
        newer = ctx.snapshots.at_least(connection, seen.version)
        if newer is snapshot:
            break
        snapshot = newer
    if ctx.assortment.refresh(connection, seen.assortment_version):
        ctx.snapshots.forget_places()
    pinned = _pinned(ctx, asked, seen)
    if isinstance(pinned, Refused):
        return pinned
    openings = opening.of_query(
        connection, asked, shopper, has_codes=snapshot.has_codes, claims=claims, now=now
    )
    wants = seen.wants
    if asked.channel == "till" and not snapshot.looks_beyond:
        wants = {number: wants[number] for number in in_basket if number in wants}
    known = Known(
        wants=wants,
        products=ctx.assortment.numbered(connection, in_basket | wants.keys()),
        stock=seen.stock,
        room=seen.room,
        redeemed=seen.redeemed,
        traits=_traits(connection, snapshot, shopper),
        opened=openings.campaigns,
        overrides=snapshot.overrides if asked.channel != "till" else (),
        codes=openings.refused,
        stopped=seen.stopped,
        all_stopped=seen.stopped_here,
        preferences=preferences(seen.preferences, at_s=int(pinned.price_time.timestamp())),
        resting=_resting(connection, ctx, pinned, shopper) if wants else {},
    )
    return Looked(
        snapshot, Inputs(query=pinned, shopper=shopper, known=known, policy=ctx.policy, seed=ctx.seed)
    )


def _is_narrow(asked: Query, snapshot: Snapshot) -> bool:
    """Whether only wants of the basket's products matter: at a till, unless campaigns look further."""
    return asked.channel == "till" and not snapshot.looks_beyond and not snapshot.needs_stock


def _traits(connection: Connection, snapshot: Snapshot, shopper: Shopper | None) -> Traits | None:
    """What is known of the person beside wants; read only where a live campaign asks for it."""
    if not snapshot.asks_traits or shopper is None or not shopper.personal or not shopper.members:
        return None
    return store_segments.traits_of(connection, min(shopper.members))


def _resting(connection: Connection, ctx: Context, asked: Query, shopper: Shopper | None) -> dict[str, int]:
    """What was shown often enough; a till shows nothing beside the basket."""
    if asked.channel == "till":
        return {}
    return showings.resting(connection, shopper, ctx.policy, at=asked.price_time)


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


def _pinned(ctx: Context, asked: Query, seen: Moment) -> Query | Refused:
    """The query at the instant its transaction began with; refused when a newer revision was answered."""
    if asked.transaction is None:
        return asked
    price_time, revision = seen.price_time, seen.revision
    waiting = ctx.log.pinned(transaction_key.digest(asked.transaction))
    if waiting is not None:
        price_time = price_time or waiting.price_time
        revision = waiting.revision if revision is None else max(revision, waiting.revision)
    if revision is not None and asked.revision < revision:
        return Refused(StaleRevisionError(_SEEN))
    return replace(asked, price_time=price_time) if price_time is not None else asked


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
