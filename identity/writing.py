"""Writes versions of records under the locks that the partition asks for, then brings the partition up to
date.

Everything that changes what records say comes through here: submissions, deletes, stubs, sign-ins, erasure.
The caller has opened the records, that is: holds their (source, key) locks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity import envelope, postings, settle, store_graph, store_records
from identity.context import Context
from identity.envelope import Content
from identity.model import Consent, Record, RecordKey
from identity.parts import CROSS_CHANNEL, PERSONAL_OFFERS
from identity.placing import Change, Placement
from identity.postings import Posting
from identity.settle import Cause
from identity.store_graph import Asked, Row
from identity.store_records import SealedStatement, Stored, Written


@dataclass(frozen=True, slots=True)
class Draft:
    """A version of a record that is to be written; without content the record is taken away.

    `stored` is what is there now (None: the record is new). A record taken away forwards to its person unless
    it is to be forgotten.
    """

    stored: Stored | None
    ref: RecordKey
    channel: str
    content: Content | None
    observed_at: datetime
    stub: bool = False
    fingerprint: UUID | None = None
    statements: tuple[SealedStatement, ...] = ()
    batch: str | None = None
    is_forwarding: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """What was written, in the order of the drafts, and where everything belongs now."""

    changes: tuple[Change, ...]
    placement: Placement
    is_settled: bool


def write(
    connection: Connection, ctx: Context, drafts: Sequence[Draft], *, now: datetime, roots: Sequence[int] = ()
) -> Done:
    """Writes all drafts at once and settles what they touch, together with `roots`."""
    steps = [_Step.of(draft, ctx) for draft in drafts]
    _take_keys(connection, ctx, steps)
    changes = tuple(_write(connection, ctx, step, now) for step in steps)
    placement, is_settled = settle.settle(connection, ctx, Cause(changes, tuple(roots)), now=now)
    return Done(changes, placement, is_settled)


def before(stored: Stored | None, ctx: Context) -> Content | None:
    """The content a stored record has, None when there is no such record or it is gone."""
    if stored is None or stored.sealed is None:
        return None
    return envelope.unseal(stored.sealed, stored.id, ctx.vault)


@dataclass(frozen=True, slots=True)
class _Step:
    """A draft with both versions of the record and of its postings."""

    draft: Draft
    earlier: Record | None
    later: Record | None
    earlier_posts: tuple[Posting, ...]
    later_posts: tuple[Posting, ...]

    @classmethod
    def of(cls, draft: Draft, ctx: Context) -> "_Step":
        old = before(draft.stored, ctx)
        stub = draft.stored is not None and draft.stored.stub
        earlier = old.record(draft.ref, draft.channel, stub=stub) if old else None
        later = draft.content.record(draft.ref, draft.channel, stub=draft.stub) if draft.content else None
        return cls(
            draft,
            earlier,
            later,
            postings.of(earlier, ctx) if earlier else (),
            postings.of(later, ctx) if later else (),
        )

    @property
    def leaving(self) -> set[int]:
        """The digests that the record stops to post, or under which it changes its name."""
        staying = {(posting.digest, posting.token) for posting in self.later_posts}
        return {each.digest for each in self.earlier_posts if (each.digest, each.token) not in staying}


def _take_keys(connection: Connection, ctx: Context, steps: Iterable[_Step]) -> None:
    asked: dict[int, Asked] = {}
    leaving: set[int] = set()
    for step in steps:
        if step.leaving or len(step.earlier_posts) != len(step.later_posts):
            leaving |= step.leaving
            for posting in step.earlier_posts + step.later_posts:
                kind = posting.key.type
                asked[posting.digest] = Asked(posting.digest, ctx.policy.cap(kind), ctx.policy.generic(kind))
    if asked:
        store_graph.take_keys(connection, [(each, digest in leaving) for digest, each in asked.items()])


def _write(connection: Connection, ctx: Context, step: _Step, now: datetime) -> Change:
    draft, stored = step.draft, step.draft.stored
    record_id = stored.id if stored else ctx.new_id()
    sealed = envelope.seal(draft.content, record_id, ctx.vault) if draft.content else b""
    if draft.content is None:
        assert stored is not None
        store_records.bury(connection, stored.record_no, stored.posted, now=now)
        number = stored.record_no
    else:
        written = Written(
            id=record_id,
            ref=draft.ref,
            channel=draft.channel,
            stub=draft.stub,
            content=draft.fingerprint,
            sealed=sealed,
            postings=step.later_posts,
            observed_at=draft.observed_at,
            batch=draft.batch,
        )
        if stored is None:
            number = store_records.insert(connection, written, now=now)
        else:
            number = stored.record_no
            removed = set(stored.posted) - {posting.digest for posting in step.later_posts}
            store_records.update(connection, number, written, removed=removed, now=now)
        store_records.declare(connection, number, draft.statements, now=now)
    return Change(
        record_no=number,
        ref=draft.ref,
        before=step.earlier,
        after=step.later,
        id=record_id,
        piece_no=stored.piece_no if stored else None,
        person_no=stored.person_no if stored else None,
        profile_no=stored.profile_no if stored else None,
        is_forwarding=draft.is_forwarding,
        row=_row(number, record_id, draft, sealed) if stored is None else None,
    )


def _row(number: int, record_id: UUID, draft: Draft, sealed: bytes) -> Row:
    """A new record as the next statement would read it."""
    said = (Consent(each.purpose, each.granted, each.at) for each in draft.statements)
    return Row(
        record_no=number,
        id=record_id,
        ref=draft.ref,
        channel=draft.channel,
        stub=draft.stub,
        judged=False,
        sealed=sealed,
        piece_no=None,
        person_no=None,
        profile_no=None,
        statements=tuple(each for each in said if each.purpose in {CROSS_CHANNEL, PERSONAL_OFFERS}),
    )
