"""Identifiers seen beside another shopper's: noted by the day, believed when seen often enough, never at
once.

Invariant: a mention posts no key and makes no link. On the policy's count of distinct days it becomes
evidence of
the record, with the lowest assurance that still links.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.events import store_sign_ins
from identity.events.owners import Shown
from identity.events.store_sign_ins import NewMention
from identity.model import Assurance, Identifier
from identity.policy import Linking
from identity.register import steps, store_suppression, suppression
from identity.register.steps import Draft
from identity.register.store_records import Stored
from identity.sealing import postings


def worth_noting(shown: Shown, ctx: Context) -> list[Identifier]:
    """What of a happening could be a mention: proven identifiers that say something about a person."""
    return [
        identifier
        for identifier in shown.identifiers
        if identifier.assurance > Assurance.ASSERTED
        and ctx.policy.identifiers[identifier.type].links is not Linking.ACCOUNT
    ]


def note(
    connection: Connection,
    ctx: Context,
    found: Iterable[tuple[Stored, Shown]],
) -> list[Draft]:
    """Notes what was seen beside these records' own identifiers; returns the versions that have new evidence.

    The records are open, and live.
    """
    stored_of: dict[int, Stored] = {}
    seen: dict[tuple[int, int], Identifier] = {}
    rows: list[NewMention] = []
    for stored, shown in found:
        stored_of[stored.record_no] = stored
        posted = set(stored.posted)
        for identifier in worth_noting(shown, ctx):
            digest = postings.digest(identifier.key, ctx)
            if digest not in posted:
                seen[stored.record_no, digest] = identifier
                code = postings.code(identifier.type, ctx.policy)
                rows.append(NewMention(stored.record_no, digest, code, shown.happening.occurred_at.date()))
    if not rows:
        return []
    days = store_sign_ins.mention(connection, rows)
    believed: dict[int, list[Identifier]] = {}
    for place, count in days.items():
        if count >= ctx.policy.mention_days:
            believed.setdefault(place[0], []).append(seen[place])
    drafts = (_believe(stored_of[number], new, ctx) for number, new in believed.items())
    return [draft for draft in drafts if draft and not _is_suppressed(connection, draft, ctx)]


def _believe(stored: Stored, new: Iterable[Identifier], ctx: Context) -> Draft | None:
    content = steps.before(stored, ctx)
    if content is None:
        return None
    known: Mapping[object, object] = {each.key: each for each in content.identifiers}
    evidence = tuple(
        replace(each, assurance=Assurance.TYPED, valid_from=None, valid_to=None)
        for each in new
        if each.key not in known
    )
    if not evidence:
        return None
    return Draft.again(stored, replace(content, evidence=(*content.evidence, *evidence)))


def _is_suppressed(connection: Connection, draft: Draft, ctx: Context) -> bool:
    """Whether a shopper who was erased would be known again by what is new."""
    before = steps.before(draft.stored, ctx)
    assert draft.content is not None
    assert before is not None
    later, earlier = (
        suppression.of_record(content.record(draft.ref, draft.channel, stub=draft.stub), ctx)
        for content in (draft.content, before)
    )
    return store_suppression.suppressed_since(connection, later - earlier) is not None
