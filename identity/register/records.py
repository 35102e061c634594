"""What sources say about shoppers: put, get, delete."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import Outcome, PutResult, RecordView
from identity.canonical import keys
from identity.context import Context
from identity.errors import ErasedError, SuppressedError, UnknownRecordError
from identity.model import Assurance, RecordKey, Rejected
from identity.partition import outcome, settle, store_graph, store_reviews
from identity.partition.placing import Placement
from identity.partition.settle import Cause
from identity.reading import readers
from identity.register import intake, opening, store_records, store_suppression, suppression, writing
from identity.register.store_records import SealedStatement, Stored
from identity.register.writing import Done, Draft, Welcome
from identity.sealing.envelope import Content
from identity.submission import Submission


def put(connection: Connection, ctx: Context, submission: Submission, *, now: datetime) -> PutResult:
    """Stores what a source says and brings the partition up to date.

    Raises UnknownSourceError, InvalidRecordError, SuppressedError (the shopper was erased and has not come
    back).
    """
    source = ctx.policy.source(submission.source)
    intake.check(submission)
    pair = (submission.source, submission.key)
    ctx, found, paused, spare = opening.open_many(connection, ctx, [pair])
    stored = found.get(pair)
    fingerprint = intake.fingerprint(submission, ctx)
    said, refused = intake.statements(submission.consents, submission.proof, ctx)
    if stored is not None and stored.sealed is not None:
        kept = _kept(stored, submission, ctx, is_same=stored.content == fingerprint)
        if kept is not None:
            return _speak(connection, ctx, stored, said, (*refused, *kept), now)
    normalised = intake.read(submission, ctx)
    draft = Draft(
        stored=stored,
        ref=RecordKey(*pair, stored.ref.generation if stored else 1),
        channel=source.channel,
        content=Content(normalised.canonical, normalised.identifiers, proof=submission.proof),
        observed_at=submission.observed_at or now,
        fingerprint=fingerprint,
        statements=said,
        batch=submission.batch,
        is_held=submission.source in paused,
    )
    drafts = _drafts(draft, ctx, now)
    done = writing.write(connection, ctx, drafts, now=now, spare=spare, welcome=_welcome(drafts[-1], ctx))
    return _result(connection, ctx, done, (*refused, *normalised.rejected), now)


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
) -> None:
    """Puts opened records that say what they said under the keys of the active model, and settles them."""
    stored = [
        each
        for each in store_records.generations(connection, pairs)
        if each.record_no in numbers and each.sealed is not None and each.model_no != ctx.model_no
    ]
    drafts = [
        Draft(
            each,
            each.ref,
            each.channel,
            writing.before(each, ctx),
            each.observed_at,
            stub=each.stub,
            is_same=True,
        )
        for each in stored
    ]
    if drafts:
        writing.write(connection, ctx, drafts, now=now)


def _kept(
    stored: Stored, submission: Submission, ctx: Context, *, is_same: bool
) -> tuple[Rejected, ...] | None:
    """Why the stored version stays, as what has to be said about it; None when it is to be replaced."""
    if is_same:
        return ()
    if stored.stub:
        return None
    if submission.observed_at is not None and submission.observed_at < stored.observed_at:
        return (Rejected("observed_at", "A newer version of the record is known; only consents were taken."),)
    if submission.proof == Assurance.ASSERTED:
        known = writing.before(stored, ctx)
        if known is not None and known.proof > Assurance.ASSERTED:
            return (Rejected("attributes", "The record is known from a sender who could prove more."),)
    return None


def _speak(
    connection: Connection,
    ctx: Context,
    stored: Stored,
    said: tuple[SealedStatement, ...],
    rejected: tuple[Rejected, ...],
    now: datetime,
) -> PutResult:
    """Takes the statements of a submission whose record stays as it is."""
    assert stored.profile is not None
    unchanged = PutResult(
        stored.id, stored.profile, Outcome.UNCHANGED, (), rejected, stored.record_no, stored.ref.generation
    )
    if not said or store_records.has_statements(connection, stored.record_no, said):
        return unchanged
    store_records.declare(connection, stored.record_no, said, now=now)
    placement, is_settled = settle.settle(connection, ctx, Cause(told=(stored.record_no,)), now=now)
    if not is_settled:
        return unchanged
    return replace(
        unchanged,
        profile=placement.profile_id(stored.record_no),
        outcome=outcome.of(stored.record_no, placement),
        links=outcome.linked(stored.ref, placement),
    )


def _drafts(draft: Draft, ctx: Context, now: datetime) -> list[Draft]:
    """What is to be written: one version, or, when the key went to somebody else, the end of one and a new
    one.
    """
    stored, content = draft.stored, draft.content
    assert content is not None
    if stored is None:
        return [draft]
    fresh = replace(draft, stored=None, ref=draft.ref._replace(generation=stored.ref.generation + 1))
    if stored.erased_at is not None:
        return [fresh]
    if stored.deleted_at is not None:
        is_revived = now - stored.deleted_at <= timedelta(days=ctx.policy.tombstone_days)
        return [draft if is_revived else fresh]
    known = writing.before(stored, ctx)
    assert known is not None
    evidence = known.evidence + (known.declared if stored.stub else ())
    kept = replace(draft, content=replace(content, evidence=evidence, former=known.former))
    earlier = known.record(stored.ref, stored.channel, stub=stored.stub)
    if not intake.contradicts(earlier, content.record(stored.ref, stored.channel, stub=False), ctx):
        return [kept]
    ended = Draft(
        stored, stored.ref, stored.channel, intake.retired(known, stored.ref), stored.observed_at, stored.stub
    )
    return [ended, fresh]


def _welcome(draft: Draft, ctx: Context) -> Welcome:
    """Keeps an erased shopper out, unless she allowed something since, to somebody who can vouch for it."""
    assert draft.content is not None
    hashes = suppression.of_record(draft.content.record(draft.ref, draft.channel, stub=False), ctx)
    known = writing.before(draft.stored, ctx)
    if known is not None:
        hashes -= suppression.of_record(known.record(draft.ref, draft.channel, stub=False), ctx)

    def back(connection: Connection, erased_at: datetime, now: datetime) -> None:
        if not any(
            said.granted and said.at > erased_at and said.proof >= Assurance.AUTHENTICATED
            for said in draft.statements
        ):
            raise SuppressedError
        store_suppression.release(connection, hashes, now=now)

    return Welcome(hashes, back)


def _result(
    connection: Connection, ctx: Context, done: Done, rejected: tuple[Rejected, ...], now: datetime
) -> PutResult:
    change, placement = done.changes[-1], done.placement
    assert change.after is not None
    left_out = keys.left_out(change.after, ctx.policy)
    if left_out:
        detail = {"left_out": left_out}
        store_reviews.open_item(connection, "identifiers", change.record_no, 0, "too_many", detail, now=now)
    return PutResult(
        record=change.id,
        profile=_profile(connection, change.record_no, placement),
        outcome=_outcome(change.record_no, done, is_left_out=bool(left_out)),
        links=outcome.linked(change.ref, placement) if done.is_settled else (),
        rejected=rejected,
        record_no=change.record_no,
        generation=change.ref.generation,
    )


def _profile(connection: Connection, record_no: int, placement: Placement) -> UUID:
    if record_no in placement.spots:
        return placement.profile_id(record_no)
    return readers.profile_of(connection, record_no)


def _outcome(record_no: int, done: Done, *, is_left_out: bool) -> Outcome:
    if record_no not in done.placement.spots:
        return Outcome.UNCHANGED
    found = outcome.of(record_no, done.placement)
    return Outcome.REVIEW if is_left_out and found in {Outcome.NEW, Outcome.UNCHANGED} else found
