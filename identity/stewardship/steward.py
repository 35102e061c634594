"""What people decide about records: same, different, replaced.

A decision is appended and the newest counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import JudgementView
from identity.context import Context
from identity.errors import InvalidJudgementError, UnknownRecordError
from identity.model import RecordKey, Verdict
from identity.partition import settle
from identity.partition.settle import Cause
from identity.reading import readers, store_profiles
from identity.register import intake, opening, steps, writing
from identity.register.steps import Draft
from identity.register.store_records import Stored
from identity.scoring import active
from identity.sealing.envelope import Content
from identity.stewardship import store_judgements

RECORDS_MAX: Final = 500
"""Records that one side of a judgement may name."""


def judge(
    connection: Connection,
    ctx: Context,
    left: Sequence[UUID],
    right: Sequence[UUID],
    verdict: Verdict,
    *,
    reason: str,
    author: str,
    now: datetime,
) -> JudgementView:
    """Writes down that everything in `left` is, or is not, the same shopper as all in `right` (record ids).

    Raises UnknownRecordError, InvalidJudgementError.
    """
    ctx = active.bound(connection, ctx)
    numbers = _numbers(connection, [*left, *right])
    decision = _Decision(tuple(left), tuple(right), verdict, reason, author, now)
    judgement_no = decision.append(connection, ctx, numbers)
    settle.settle(connection, ctx, Cause(roots=tuple(sorted(numbers.values()))), now=now)
    return decision.view(connection, judgement_no, numbers)


def split(
    connection: Connection,
    ctx: Context,
    profile: UUID,
    groups: Sequence[Sequence[UUID]],
    *,
    reason: str,
    author: str,
    now: datetime,
) -> tuple[JudgementView, ...]:
    """Takes a profile's person apart into these groups of records; records not named stay together.

    Raises UnknownProfileError, ErasedError, UnknownRecordError, InvalidJudgementError.
    """
    ctx = active.bound(connection, ctx)
    head = readers.head(connection, profile)
    ids = store_profiles.live_ids(connection, readers.person_of(head))
    numbers = {record: number for number, record in ids.items()}
    named = [record for group in groups for record in group]
    if not set(named) <= numbers.keys():
        raise UnknownRecordError("A group names a record that is not the profile's.")
    rest = [record for record in numbers if record not in set(named)]
    sides = [tuple(group) for group in groups] + ([tuple(rest)] if rest else [])
    if len(sides) < 2 or len(named) != len(set(named)):
        raise InvalidJudgementError("A split needs two groups at least, and every record in one of them.")
    decisions = [
        _Decision(left, right, Verdict.DIFFERENT, reason, author, now)
        for left, right in combinations(sides, 2)
    ]
    appended = [(each, each.append(connection, ctx, numbers)) for each in decisions]
    settle.settle(connection, ctx, Cause(roots=tuple(sorted(numbers.values()))), now=now)
    return tuple(each.view(connection, judgement_no, numbers) for each, judgement_no in appended)


def replace_key(
    connection: Connection,
    ctx: Context,
    new: tuple[str, str],
    old: tuple[str, str],
    *,
    reason: str,
    author: str,
    now: datetime,
) -> JudgementView:
    """Declares that a card or account (source, key) replaces another one of the same shopper.

    The old one's own number is no longer valid from now on, whatever its source says of it; the new one's is
    again, where it had been replaced itself. Raises UnknownRecordError, InvalidJudgementError.
    """
    if new == old:
        raise InvalidJudgementError("A card cannot replace itself.")
    ctx, opened, *_ = opening.open_many(connection, ctx, [new, old])
    fresh, ended = (_live(opened.get(pair)) for pair in (new, old))
    numbers = {fresh.id: fresh.record_no, ended.id: ended.record_no}
    decision = _Decision((fresh.id,), (ended.id,), Verdict.SAME, reason, author, now)
    judgement_no = decision.append(connection, ctx, numbers)
    drafts = [
        Draft.again(replace(ended, judged=True), _ended(_content(ended, ctx), ended.ref, ctx, now)),
    ]
    said = _content(fresh, ctx)
    if said.ended:
        drafts.append(Draft.again(replace(fresh, judged=True), replace(said, ended=())))
    writing.write(connection, ctx, drafts, now=now, roots=sorted(numbers.values()))
    return decision.view(connection, judgement_no, numbers)


def reinstate_key(connection: Connection, ctx: Context, pair: tuple[str, str], *, now: datetime) -> None:
    """Takes back that a card or account (source, key) was replaced: its number is valid again.

    Nothing happens when it was not. That the two are one shopper stands until somebody judges otherwise.
    Raises UnknownRecordError.
    """
    ctx, opened, *_ = opening.open_many(connection, ctx, [pair])
    stored = _live(opened.get(pair))
    content = _content(stored, ctx)
    if content.ended:
        writing.write(connection, ctx, [Draft.again(stored, replace(content, ended=()))], now=now)


@dataclass(frozen=True, slots=True)
class _Decision:
    left: tuple[UUID, ...]
    right: tuple[UUID, ...]
    verdict: Verdict
    reason: str
    author: str
    at: datetime

    def append(self, connection: Connection, ctx: Context, numbers: dict[UUID, int]) -> int:
        _check(self.left, self.right)
        left, right = (sorted({numbers[record] for record in side}) for side in (self.left, self.right))
        sides = sorted(",".join(map(str, side)) for side in (left, right))
        return store_judgements.append(
            connection,
            lock=ctx.vault.digest("judgement", "|".join(sides)),
            pair=ctx.vault.fingerprint("judgement", *sides),
            left_nos=left,
            right_nos=right,
            verdict=self.verdict.value,
            reason=self.reason,
            author=self.author,
            now=self.at,
        )

    def view(self, connection: Connection, judgement_no: int, numbers: dict[UUID, int]) -> JudgementView:
        profiles = {readers.profile_of(connection, numbers[record]) for record in (*self.left, *self.right)}
        return JudgementView(
            judgement_no,
            self.left,
            self.right,
            self.verdict,
            self.reason,
            self.author,
            self.at,
            tuple(sorted(profiles)),
        )


def _check(left: Collection[UUID], right: Collection[UUID]) -> None:
    if not left or not right or not set(left).isdisjoint(right):
        raise InvalidJudgementError
    if max(len(left), len(right)) > RECORDS_MAX:
        raise InvalidJudgementError(f"One side of a judgement names at most {RECORDS_MAX} records.")


def _numbers(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    found = store_profiles.numbers_of(connection, ids)
    if not set(ids) <= found.keys():
        raise UnknownRecordError("A judgement names a record that does not exist or is gone.")
    return found


def _live(stored: Stored | None) -> Stored:
    if stored is None or stored.sealed is None:
        raise UnknownRecordError
    return stored


def _content(stored: Stored, ctx: Context) -> Content:
    content = steps.before(stored, ctx)
    assert content is not None
    return content


def _ended(content: Content, ref: RecordKey, ctx: Context, now: datetime) -> Content:
    """The record without the validity of its own number after now."""
    known = dict(content.ended)
    own = [each.key for each in content.identifiers if intake.is_own(each.key, ref, ctx)]
    return replace(content, ended=content.ended + tuple((key, now) for key in own if key not in known))
