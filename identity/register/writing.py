"""Writes versions of records under the locks that the partition asks for, then brings the partition up to
date.

Everything that changes what records say comes through here: submissions, deletes, stubs, sign-ins, erasure.
The caller has opened the records, that is: holds their (source, key) locks.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.driver import Statement
from identity.households import living
from identity.model import Consent, Key
from identity.partition import settle, store_graph
from identity.partition.parts import CROSS_CHANNEL, PERSONAL_OFFERS
from identity.partition.placing import Change, Placement
from identity.partition.settle import Cause
from identity.partition.sight import Sight
from identity.partition.store_graph import Row
from identity.partition.store_places import Spot
from identity.partition.view import with_counterparts
from identity.register import store_records
from identity.register.steps import Draft, Step
from identity.register.store_records import SealedStatement, Stored, Version
from identity.scoring.registry import HELD
from identity.sealing import envelope


@dataclass(frozen=True, slots=True)
class Welcome:
    """By what shoppers who were erased are known again, and whether their own word since then lets them back.

    `back` is called with the time of the newest erasure; it raises an error or lets everybody pass.
    """

    hashes: frozenset[UUID]
    back: Callable[[Connection, datetime, datetime], None]


Written = tuple[list[Statement], Change]
"""The statements that write a draft, and what they change."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was written, in the order of the drafts, and where everything belongs now."""

    changes: tuple[Change, ...]
    placement: Placement
    is_settled: bool


def write(
    connection: Connection,
    ctx: Context,
    drafts: Sequence[Draft],
    *,
    now: datetime,
    roots: Sequence[int] = (),
    said: Mapping[int, tuple[SealedStatement, ...]] | None = None,
    spare: Sequence[int] = (),
    welcome: Welcome | None = None,
) -> Done:
    """Writes all drafts at once and settles what they touch, together with `roots` and with the records, by
    number, that stay as they are but of which somebody `said` something.

    New records get the `spare` numbers first. Nothing is written when a shopper who was erased is not
    welcome: raises what `welcome` raises.
    """
    steps = [Step.of(connection, draft, ctx) for draft in drafts]
    ground = Sight(connection, ctx, Counter(key for step in steps for key in step.keys))
    numbers = _numbers(connection, steps, spare)
    written = [_written(ctx, ground, step, number, now) for step, number in zip(steps, numbers, strict=True)]
    changes = tuple(change for _, change in written)
    statements = [statement for listed, _ in written for statement in listed]
    statements += [store_records.said(number, each, now=now) for number, each in (said or {}).items()]
    _enter(connection, ground, steps, statements, welcome, now)
    cause = Cause(changes, tuple(roots), told=(*_former_heirs(steps), *(said or ())))
    placement, is_settled = settle.settle(connection, ctx, cause, now=now, ground=ground)
    return Done(changes, placement, is_settled)


def _former_heirs(steps: Iterable[Step]) -> Iterable[int]:
    """The records that counted a deleted one as theirs, which is back."""
    for step in steps:
        stored = step.draft.stored
        if step.later is not None and stored is not None and stored.forward_no is not None:
            yield stored.forward_no


def _numbers(connection: Connection, steps: Sequence[Step], spare: Sequence[int]) -> list[int]:
    """The numbers of the records, new ones included."""
    fresh = list(spare)
    missing = sum(step.draft.stored is None for step in steps) - len(fresh)
    if missing > 0:
        fresh += store_records.numbers(connection, missing)
    return [step.draft.stored.record_no if step.draft.stored else fresh.pop(0) for step in steps]


def _enter(
    connection: Connection,
    ground: Sight,
    steps: Sequence[Step],
    statements: Sequence[Statement],
    welcome: Welcome | None,
    now: datetime,
) -> None:
    """Locks the keys of what changes, writes it, and reads who posts the keys: all in one message.

    When the shopper was erased meanwhile it is all taken back, and done again only where she is welcome.
    """
    taken: dict[Key, bool] = {}
    posted: set[Key] = set()
    for step in steps:
        keys = step.keys
        if step.may_relink:
            posted |= keys
        if step.is_other:
            leaving = step.leaving
            # Who brings an account and who browses under it look for each other under two keys.
            taken |= {key: taken.get(key, False) or key in leaving for key in with_counterparts(keys)}
    hashes = welcome.hashes if welcome else frozenset[UUID]()
    wanted = with_counterparts(posted)
    erased_at = ground.enter(taken, statements, wanted, hashes)
    if welcome is not None and erased_at is not None:
        store_graph.give_entry_back(connection)
        welcome.back(connection, erased_at, now)
        ground.enter(taken, statements, wanted, ())


def _written(ctx: Context, ground: Sight, step: Step, number: int, now: datetime) -> Written:
    """The statements that write a draft, and what they change."""
    draft, stored = step.draft, step.draft.stored
    record_id = stored.id if stored else ctx.new_id()
    if draft.is_same and stored is not None and stored.sealed is not None:
        sealed = stored.sealed
    else:
        sealed = envelope.seal(draft.content, record_id, ctx.vault) if draft.content else b""
    if draft.content is None:
        assert stored is not None
        statements = [store_records.bury(number, stored.posted, now=now)]
    else:
        assert step.later is not None
        ground.keep_version(sealed, step.later, step.later_posts)
        version = Version(
            id=record_id,
            ref=draft.ref,
            channel=draft.channel,
            stub=draft.stub,
            content=draft.fingerprint,
            sealed=sealed,
            postings=step.later_posts,
            observed_at=draft.observed_at,
            batch=draft.batch,
            model_no=HELD if draft.is_held else ctx.model_no,
            household=living.digest(step.later, ctx),
        )
        if stored is None:
            statements = [store_records.insert(number, version, now=now)]
        else:
            removed = set(stored.posted) - {posting.digest for posting in step.later_posts}
            statements = [
                store_records.repost(number, step.later_posts, removed=removed, model_no=ctx.model_no)
                if draft.is_same
                else store_records.update(number, version, removed=removed, now=now)
            ]
        if draft.statements:
            statements.append(store_records.said(number, draft.statements, now=now))
    change = Change(
        record_no=number,
        ref=draft.ref,
        before=step.earlier,
        after=step.later,
        id=record_id,
        spot=_spot(stored),
        is_forwarding=draft.is_forwarding,
        may_relink=step.may_relink,
        row=_row(number, record_id, step, sealed, ctx, now) if stored is None else None,
        posted_before=step.earlier_posts,
        posted_after=step.later_posts,
    )
    return statements, change


def _spot(stored: Stored | None) -> Spot | None:
    """Where a record belonged when it was opened, if it had a place."""
    if stored is None or stored.piece_no is None or stored.person_no is None or stored.profile_no is None:
        return None
    return Spot(stored.piece_no, stored.person_no, stored.profile_no)


def _row(number: int, record_id: UUID, step: Step, sealed: bytes, ctx: Context, now: datetime) -> Row:
    """A new record as the next statement would read it."""
    draft = step.draft
    said = (Consent(each.purpose, each.granted, min(each.at, now)) for each in draft.statements)
    return Row(
        record_no=number,
        id=record_id,
        ref=draft.ref,
        channel=draft.channel,
        stub=draft.stub,
        judged=False,
        sealed=sealed,
        model_no=HELD if draft.is_held else ctx.model_no,
        posted=tuple(each.digest for each in step.later_posts),
        piece_no=None,
        person_no=None,
        profile_no=None,
        level=None,
        statements=tuple(each for each in said if each.purpose in {CROSS_CHANNEL, PERSONAL_OFFERS}),
    )
