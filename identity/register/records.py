"""What sources say about shoppers: put, get, delete."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import PutResult, RecordView
from identity.context import Context
from identity.errors import ErasedError, SuppressedError, TogetherError, UnknownRecordError
from identity.model import Assurance, Key
from identity.partition import store_graph
from identity.reading import readers
from identity.register import (
    drafting,
    intake,
    opening,
    results,
    steps,
    store_records,
    store_suppression,
    suppression,
    writing,
)
from identity.register.drafting import Plan
from identity.register.steps import Draft
from identity.register.store_records import SealedStatement, Stored
from identity.register.writing import Done, Welcome
from identity.submission import Submission


def put(connection: Connection, ctx: Context, submission: Submission, *, now: datetime) -> PutResult:
    """Stores what a source says and brings the partition up to date.

    Raises UnknownSourceError, InvalidRecordError, SuppressedError (the shopper was erased and has not come
    back).
    """
    (result,) = put_together(connection, ctx, [submission], now=now)
    return result


def put_together(
    connection: Connection, ctx: Context, submissions: Sequence[Submission], *, now: datetime
) -> list[PutResult]:
    """Stores what sources say of different records at once; what becomes of all of them is what would become
    of them one after the other.

    Raises what `put` raises of any of them, and TogetherError when they have to come one by one: somebody was
    erased, or they touch too many others. What was written until then is to be taken back.
    """
    if not submissions:
        return []
    for each in submissions:
        ctx.policy.source(each.source)
        intake.check(each)
    opened = opening.open_many(connection, ctx, [(each.source, each.key) for each in submissions])
    plans = [drafting.plan(each, opened, now=now) for each in submissions]
    said = _news(connection, plans)
    drafts = [draft for plan in plans for draft in plan.drafts]
    if not drafts and not said:
        return [results.unchanged(plan) for plan in plans]
    ctx, welcome = opened.ctx, _welcome(plans, opened.ctx)
    done = writing.write(connection, ctx, drafts, now=now, said=said, spare=opened.spare, welcome=welcome)
    if not done.is_settled and len(plans) > 1:
        raise TogetherError
    return results.of(connection, ctx, plans, said, done, now=now)


def get(connection: Connection, ctx: Context, source: str, key: str) -> RecordView:
    """The newest generation of a record. Raises UnknownRecordError, ErasedError."""
    ctx.policy.source(source)
    stored = opening.peek(connection, ctx, (source, key))
    if stored is None or stored.deleted_at is not None:
        raise UnknownRecordError
    if stored.erased_at is not None:
        raise ErasedError
    return readers.record_view(connection, ctx, stored.record_no)


def delete(connection: Connection, ctx: Context, source: str, key: str, *, now: datetime) -> None:
    """Takes a record away and leaves a tombstone; nothing happens when it is gone already.

    Raises UnknownRecordError.
    """
    ctx.policy.source(source)
    ctx, found, *_ = opening.open_many(connection, ctx, [(source, key)])
    stored = found.get((source, key))
    if stored is None:
        raise UnknownRecordError
    if stored.sealed is not None:
        take_away(connection, ctx, [stored], now=now)


def take_away(
    connection: Connection,
    ctx: Context,
    stored: Sequence[Stored],
    *,
    now: datetime,
    is_forwarding: bool = True,
) -> Done:
    """Takes opened records away and settles what they leave behind."""
    judged = [each.record_no for each in stored if each.judged]
    decided = store_graph.decisions(connection, judged) if judged else []
    roots = {number for decision in decided for number in decision.left_nos + decision.right_nos}
    drafts = [
        Draft(each, each.ref, each.channel, None, each.observed_at, is_forwarding=is_forwarding)
        for each in stored
    ]
    return writing.write(connection, ctx, drafts, now=now, roots=sorted(roots))


def post_again(
    connection: Connection,
    ctx: Context,
    pairs: Sequence[tuple[str, str]],
    numbers: Collection[int],
    *,
    now: datetime,
) -> frozenset[Key]:
    """Puts opened records that say what they said under the keys of the active model, and settles them.

    Returns those keys.
    """
    stored = [
        each
        for each in store_records.generations(connection, pairs)
        if each.record_no in numbers and each.sealed is not None
    ]
    drafts = [
        Draft(
            each,
            each.ref,
            each.channel,
            steps.before(each, ctx),
            each.observed_at,
            stub=each.stub,
            is_same=True,
        )
        for each in stored
    ]
    if not drafts:
        return frozenset()
    done = writing.write(connection, ctx, drafts, now=now)
    return frozenset(posting.key for change in done.changes for posting in change.posted_after)


def _news(connection: Connection, plans: Sequence[Plan]) -> dict[int, tuple[SealedStatement, ...]]:
    """What was said, and is not known yet, of records that stay as they are."""
    said = {
        plan.stored.record_no: plan.statements
        for plan in plans
        if not plan.drafts and plan.statements and plan.stored is not None
    }
    unknown = store_records.unknown_among(connection, said)
    return {number: said[number] for number in said if number in unknown}


def _welcome(plans: Sequence[Plan], ctx: Context) -> Welcome:
    """Keeps erased shoppers out, unless one who comes alone allowed something since, to somebody who can
    vouch for it.
    """
    hashes = frozenset[UUID]().union(*(_hashes(plan.drafts[-1], ctx) for plan in plans if plan.drafts))

    def back(connection: Connection, erased_at: datetime, now: datetime) -> None:
        if len(plans) > 1:
            raise TogetherError
        if not any(
            said.granted and erased_at < said.at <= now and said.proof >= Assurance.AUTHENTICATED
            for said in plans[0].statements
        ):
            raise SuppressedError
        store_suppression.release(connection, hashes, now=now)

    return Welcome(hashes, back)


def _hashes(draft: Draft, ctx: Context) -> frozenset[UUID]:
    """By what the shopper is known again if she was erased since the version that is stored."""
    assert draft.content is not None
    hashes = suppression.of_record(draft.content.record(draft.ref, draft.channel, stub=False), ctx)
    known = steps.before(draft.stored, ctx)
    if known is not None:
        hashes -= suppression.of_record(known.record(draft.ref, draft.channel, stub=False), ctx)
    return hashes
