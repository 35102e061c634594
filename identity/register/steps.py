"""Drafts of versions of records, and what each of them changes.

A draft becomes a step when it stands beside the version that is stored: what the record said and says, under
which keys it was found and is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.model import Key, Record, RecordKey
from identity.policy import BLOCK
from identity.register.store_records import SealedStatement, Stored
from identity.scoring import active
from identity.scoring.registry import HELD
from identity.sealing import envelope, postings
from identity.sealing.envelope import Content
from identity.sealing.postings import Posting


@dataclass(frozen=True, slots=True)
class Draft:
    """A version of a record that is to be written; without content the record is taken away.

    `stored` is what is there now (None: the record is new). A record taken away forwards to its person unless
    it is to be forgotten. One that says the same as before is only put under the keys of the active model;
    one that is held posts nothing that it did not post before.
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
    is_same: bool = False
    is_held: bool = False
    is_forwarding: bool = True

    @classmethod
    def again(cls, stored: Stored, content: Content) -> "Draft":
        """The version of a stored record that has this content; its source said nothing new."""
        return cls(
            stored=stored,
            ref=stored.ref,
            channel=stored.channel,
            content=content,
            observed_at=stored.observed_at,
            stub=stored.stub,
            fingerprint=stored.content,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A draft with both versions of the record and its postings, and whether they may link it otherwise."""

    draft: Draft
    earlier: Record | None
    later: Record | None
    earlier_posts: tuple[Posting, ...]
    later_posts: tuple[Posting, ...]
    may_relink: bool

    @classmethod
    def of(cls, connection: Connection, draft: Draft, ctx: Context) -> "Step":
        """The step that a draft is, beside what the stored record says and posts."""
        old = before(draft.stored, ctx)
        stub = draft.stored is not None and draft.stored.stub
        earlier = old.record(draft.ref, draft.channel, stub=stub) if old else None
        later = draft.content.record(draft.ref, draft.channel, stub=draft.stub) if draft.content else None
        earlier_posts = _posted(connection, draft.stored, earlier, ctx) if earlier and draft.stored else ()
        later_posts = postings.of(later, ctx) if later else ()
        if draft.is_held:
            before_keys = {posting.key for posting in earlier_posts}
            later_posts = tuple(
                each for each in later_posts if each.key in before_keys and each.key.type != BLOCK
            )
        may_relink = (
            earlier is None
            or later is None
            or earlier_posts != later_posts
            or not _is_under(later_posts, draft, ctx)
            or _as_compared(earlier, ctx) != _as_compared(later, ctx)
        )
        return cls(draft, earlier, later, earlier_posts, later_posts, may_relink)

    @property
    def keys(self) -> set[Key]:
        """The keys that the record posted or posts."""
        return {each.key for each in self.earlier_posts + self.later_posts}

    @property
    def is_other(self) -> bool:
        """Whether what the record says or posts changes: who weighs it under one of its keys relies on it."""
        return self.earlier != self.later or self.earlier_posts != self.later_posts

    @property
    def leaving(self) -> set[Key]:
        """The keys that the record stops to post, or under which it changes its name."""
        staying = {(posting.key, posting.token) for posting in self.later_posts}
        return {each.key for each in self.earlier_posts if (each.key, each.token) not in staying}


def before(stored: Stored | None, ctx: Context) -> Content | None:
    """The content a stored record has, None when there is no such record or it is gone."""
    if stored is None or stored.sealed is None:
        return None
    return envelope.unseal(stored.sealed, stored.id, ctx.vault)


def _posted(connection: Connection, stored: Stored, record: Record, ctx: Context) -> tuple[Posting, ...]:
    """What a stored record posts, by the model that it was put under."""
    posted = postings.of(record, active.under(connection, ctx, stored.model_no))
    if stored.model_no != HELD:
        return posted
    kept = set(stored.posted)
    return tuple(each for each in posted if each.digest in kept)


def _is_under(posts: Sequence[Posting], draft: Draft, ctx: Context) -> bool:
    """Whether a stored record was put under just these keys, by the active model, and has its place."""
    stored = draft.stored
    if stored is None or stored.piece_no is None or stored.model_no != ctx.model_no or draft.is_held:
        return False
    return set(stored.posted) == {each.digest for each in posts}


def _as_compared(record: Record, ctx: Context) -> Record:
    """The record without what no link rests on: the retailer's own attributes that the model does not
    compare, and how everything is written.
    """
    said, own = record.attributes, ctx.model.own_attributes
    extra = tuple((name, value) for name, value in said.extra if name in own)
    return replace(record, attributes=replace(said, extra=extra, display=()))
