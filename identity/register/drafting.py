"""What a submission comes to beside what is stored: versions to be written, or words on one that stays."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from identity.canonical.normalize import Normalised
from identity.context import Context
from identity.model import Assurance, RecordKey, Rejected
from identity.register import intake, steps
from identity.register.opening import Opened
from identity.register.steps import Draft
from identity.register.store_records import SealedStatement, Stored
from identity.sealing.envelope import Content
from identity.submission import Submission


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about a submission. Without drafts the stored version stays as it is.

    `statements` belong to the last draft, or to the version that stays.
    """

    stored: Stored | None
    drafts: tuple[Draft, ...]
    statements: tuple[SealedStatement, ...]
    rejected: tuple[Rejected, ...]


def plan(submission: Submission, opened: Opened, *, now: datetime) -> Plan:
    """The plan for a submission whose record was opened."""
    ctx = opened.ctx
    stored = opened.found.get((submission.source, submission.key))
    fingerprint = intake.fingerprint(submission, ctx)
    said, refused = intake.statements(submission.consents, submission.proof, ctx)
    if stored is not None and stored.sealed is not None:
        kept = _kept(stored, submission, ctx, is_same=stored.content == fingerprint)
        if kept is not None:
            return Plan(stored, (), said, (*refused, *kept))
    normalised = intake.read(submission, ctx)
    draft = Draft(
        stored=stored,
        ref=RecordKey(submission.source, submission.key, stored.ref.generation if stored else 1),
        channel=ctx.policy.source(submission.source).channel,
        content=_content(normalised, submission),
        observed_at=submission.observed_at or now,
        fingerprint=fingerprint,
        statements=said,
        batch=submission.batch,
        is_held=submission.source in opened.paused,
    )
    return Plan(stored, tuple(_drafts(draft, ctx, now)), said, (*refused, *normalised.rejected))


def _content(normalised: Normalised, submission: Submission) -> Content:
    return Content(normalised.canonical, normalised.identifiers, proof=submission.proof)


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
        known = steps.before(stored, ctx)
        if known is not None and known.proof > Assurance.ASSERTED:
            return (Rejected("attributes", "The record is known from a sender who could prove more."),)
    return None


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
    known = steps.before(stored, ctx)
    assert known is not None
    evidence = known.evidence + (known.declared if stored.stub else ())
    content = replace(
        content, evidence=evidence, former=known.former, ended=known.ended, bound_to=known.bound_to
    )
    kept = replace(draft, content=content)
    earlier = known.record(stored.ref, stored.channel, stub=stored.stub)
    if not intake.contradicts(earlier, content.record(stored.ref, stored.channel, stub=False), ctx):
        return [kept]
    ended = Draft(
        stored,
        stored.ref,
        stored.channel,
        intake.retired(known, stored.ref, ctx),
        stored.observed_at,
        stored.stub,
        batch=draft.batch,
    )
    return [ended, fresh]
