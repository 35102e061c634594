"""Blocks of generated households as the rows that putting each record through the door would leave behind.

Everything that decides (normaliser, keys, digests, partition, profile heads) is the product's own; only the
way into the database differs. A block holds whole pairs of households, and no identifier links records of two
blocks but the default phones of stores: those are left out here and handed to the redo queue (see
`bench.load`). Whether two people of different blocks look alike is not asked: that is what is measured later.

Invariant: after the queue is drained, the rows are those of `records.put` of the same records in the same
order, as far as identifiers link them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.demo import sent
from gateway.demo.rows import Row
from identity.canonical import keys
from identity.context import Context
from identity.households import living
from identity.model import Consent, Key, Record, RecordKey
from identity.partition import cluster, links, lookouts, memory, parts, pieces, placing
from identity.partition.cluster import Resolution
from identity.partition.judgements import bench
from identity.partition.pieces import Piece
from identity.partition.store_graph import Row as Stored
from identity.partition.store_places import Spot
from identity.register import intake
from identity.register.store_records import SealedStatement
from identity.scoring.registry import OWN
from identity.sealing import envelope, postings
from identity.sealing.envelope import Content
from identity.sealing.postings import Posting
from identity.submission import Submission


@dataclass(slots=True)
class Version:
    """A record as it is to be stored."""

    ref: RecordKey
    channel: str
    content: Content
    fingerprint: UUID | None
    observed_at: datetime
    statements: tuple[SealedStatement, ...]
    said: tuple[Consent, ...]


@dataclass(slots=True)
class Block:
    """The rows of a block; numbers are given from `first_no` on, in the order of arrival."""

    numbers: dict[RecordKey, int] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    sealed: list[bytes] = field(default_factory=list)
    postings: list[tuple[Posting, ...]] = field(default_factory=list)
    households: list[int | None] = field(default_factory=list)
    model_no: int = OWN
    spots: Mapping[int, Spot] = field(default_factory=dict)
    links: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    heads: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    reviews: Sequence[dict[str, Any]] = ()


def versions(rows: Iterable[Row], ctx: Context) -> list[Version]:
    """What is stored of these records in the end, by arrival: a card that went to somebody else is two of
    them.
    """
    found: dict[tuple[str, str], list[Version]] = {}
    arrived: list[Version] = []
    for row in rows:
        submission = sent.submission(row)
        new = _version(submission, ctx)
        before = found.setdefault((row.source, row.key), [])
        if before:
            _follow(before[-1], new, ctx)
        if not before or new.ref.generation > before[-1].ref.generation:
            before.append(new)
            arrived.append(new)
    return arrived


def block(found: Sequence[Version], first_no: int, ctx: Context, outside: frozenset[Key]) -> Block:
    """The rows of these versions. `outside` are keys that other blocks post too: they link nothing here."""
    made = Block(versions=list(found), model_no=ctx.model_no)
    rows: dict[RecordKey, Stored] = {}
    records: dict[RecordKey, Record] = {}
    for number, version in enumerate(found, start=first_no):
        record = version.content.record(version.ref, version.channel, stub=False)
        made.numbers[version.ref] = number
        made.ids.append(ctx.new_id())
        made.sealed.append(envelope.seal(version.content, made.ids[-1], ctx.vault))
        made.postings.append(postings.of(record, ctx))
        records[version.ref] = record
        rows[version.ref] = _row(version, number, made.ids[-1], ctx)
        made.households.append(living.digest(record, ctx))
    found_pieces, resolutions = _resolved(records, ctx, outside)
    made.spots, made.heads = placing.labels(found_pieces, resolutions, rows, records, ctx)
    made.links = {
        number: kept
        for piece in found_pieces
        if piece.level == 0
        for number, kept in memory.write(piece.links, dict.fromkeys(piece.members, ()), rows, ctx).items()
    }
    made.reviews = lookouts.wanted(_Region(_Sight(rows), tuple(found_pieces)), resolutions)
    return made


@dataclass(slots=True)
class _Sight:
    rows: dict[RecordKey, Stored]


@dataclass(frozen=True, slots=True)
class _Region:
    sight: _Sight
    pieces: tuple[Piece, ...]


def _resolved(
    records: Mapping[RecordKey, Record], ctx: Context, outside: frozenset[Key]
) -> tuple[list[Piece], list[Resolution]]:
    """The partition of a block, by the same steps as the partition of everything."""
    model, policy = ctx.model, ctx.policy
    lists = keys.posts(
        (record, keys.posted(record, model.blocking(record), policy)) for record in records.values()
    )
    live = keys.live(lists, policy) - outside
    members = {ref: links.member(record, live, model, policy) for ref, record in records.items()}
    nobody = bench(())
    between = links.among(members, nobody, model, policy)
    found = pieces.split(members, between, pieces.ladder(model, policy))
    return found, [cluster.resolve(piece, members, nobody, model, policy) for piece in found]


def _version(submission: Submission, ctx: Context) -> Version:
    normalised = intake.read(submission, ctx)
    statements, _ = intake.statements(submission.consents, submission.proof, ctx)
    assert submission.observed_at is not None
    return Version(
        ref=RecordKey(submission.source, submission.key),
        channel=ctx.policy.source(submission.source).channel,
        content=Content(normalised.canonical, normalised.identifiers, proof=submission.proof),
        fingerprint=intake.fingerprint(submission, ctx),
        observed_at=submission.observed_at,
        statements=statements,
        said=tuple(
            Consent(each.purpose, each.granted, each.at, submission.proof) for each in submission.consents
        ),
    )


def _follow(before: Version, new: Version, ctx: Context) -> None:
    """Makes of a second submission under one key what `records.put` makes of it, in place."""
    if new.observed_at < before.observed_at:
        before.statements += new.statements
        before.said += new.said
        return
    earlier = before.content.record(before.ref, before.channel, stub=False)
    if intake.contradicts(earlier, new.content.record(before.ref, before.channel, stub=False), ctx):
        before.content = intake.retired(before.content, before.ref, ctx)
        before.fingerprint = None
        new.ref = before.ref._replace(generation=before.ref.generation + 1)
        return
    before.content = replace(new.content, evidence=before.content.evidence, former=before.content.former)
    before.fingerprint, before.observed_at = new.fingerprint, new.observed_at
    before.statements += new.statements
    before.said += new.said


def _row(version: Version, number: int, record_id: UUID, ctx: Context) -> Stored:
    newest = (parts.newest(purpose, version.said) for purpose in (parts.CROSS_CHANNEL, parts.PERSONAL_OFFERS))
    return Stored(
        record_no=number,
        id=record_id,
        ref=version.ref,
        channel=version.channel,
        stub=False,
        judged=False,
        sealed=b"",
        model_no=ctx.model_no,
        posted=(),
        piece_no=None,
        person_no=None,
        profile_no=None,
        level=None,
        statements=tuple(statement for statement in newest if statement is not None),
    )
