"""Locks on keys and pieces, and the questions by which the graph of links is walked.

Order of locks, everywhere: (source, key), then keys in the order of their digests, then pieces in the order
of their labels. A lock is taken in one statement and what it protects is read in the next one: a statement
that locks and reads misses the row that was committed while it waited. Statements that belong together travel
together. A key on which something rests that is written, and which is not written itself, is shared.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection

from identity import driver
from identity.canonical.keys import Force
from identity.driver import Statement
from identity.model import Consent, RecordKey
from identity.partition.parts import CROSS_CHANNEL, PERSONAL_OFFERS
from identity.partition.store_places import Spot, Surroundings


@dataclass(frozen=True, slots=True)
class Row:
    """A live record as it is stored, with the labels of where it belongs; no labels before it was placed."""

    record_no: int
    id: UUID
    ref: RecordKey
    channel: str
    stub: bool
    judged: bool
    sealed: bytes
    model_no: int
    posted: tuple[int, ...]  # the digests of all keys under which it is found
    piece_no: int | None
    person_no: int | None
    profile_no: int | None
    level: int | None
    statements: tuple[Consent, ...]  # the newest ones about joining channels and about personal offers
    links: tuple[int, ...] | None = None  # as `memory` reads them


class Saying(NamedTuple):
    """What a live record says, for those who do not ask where it belongs."""

    id: str
    ref: RecordKey
    channel: str
    stub: bool
    sealed: bytes


class Asked(NamedTuple):
    """A key to ask about: how many records and how many names it may have."""

    digest: int
    cap: int
    generic: int
    is_blocking: bool


Posters = dict[int, int]
"""The records that post a key, by number, with their name tokens."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A live judgement, by record numbers."""

    judgement_no: int
    left_nos: tuple[int, ...]
    right_nos: tuple[int, ...]
    verdict: str
    reason: str
    at: datetime


Lists = dict[int, Posters | None]
"""Who posts each key, by the key's digest; None where they are too many."""


class Entered(NamedTuple):
    """Who posts the keys of records just written, and when their shopper was erased."""

    lists: Lists
    erased_at: datetime | None


class Held(NamedTuple):
    """The labels of the pieces that were locked, and what was read then: where those inside belong, by the
    record's number, their rows, and what is derived from them.

    Where somebody had `moved` records to other pieces before the locks were had, the labels of those; nothing
    was read then.
    """

    labels: frozenset[int]
    moved: frozenset[int]
    spots: Mapping[int, Spot]
    rows: list[Row]
    around: Surroundings


def enter(
    connection: Connection,
    taken: Sequence[tuple[Asked, bool]],
    written: Sequence[Statement],
    asked: Sequence[Asked],
    hashes: Collection[UUID],
) -> Entered:
    """Locks keys until the transaction ends (the flag says that something leaves the key), writes what these
    statements write, and tells who posts the keys asked about.

    A savepoint stands before: what was written can be taken back when an erasure turns out that one of these
    hashes remembers.
    """
    ordered = sorted(taken, key=lambda each: each[0].digest)
    lock = Statement(
        "savepoint entry;"
        " select identity.take_keys(%s::int8[], %s::int4[], %s::int4[], %s::bool[], %s::bool[])",
        (*_arrays([asked for asked, _ in ordered]), driver.array(leaving for _, leaving in ordered)),
    )
    found = driver.together(connection, [lock, *written, _who_posts(asked, hashes)])
    return Entered(_lists(asked, found), found[0][0])


def give_entry_back(connection: Connection) -> None:
    """Takes back what was written on entering, and the locks."""
    driver.rows(connection, "rollback to savepoint entry; release savepoint entry", ())


def share(connection: Connection, digests: Collection[int]) -> set[int]:
    """Keeps others from changing these keys until the transaction ends. Returns those that somebody is just
    changing: they are not waited for, since pieces may be locked by now.
    """
    if not digests:
        return set()
    busy = driver.rows(
        connection,
        "select digest from unnest(%s::int8[]) digest where not pg_try_advisory_xact_lock_shared(digest)",
        (driver.array(digests),),
    )
    return {digest for (digest,) in busy}


def share_all(connection: Connection, numbers: Collection[int]) -> None:
    """Keeps others from changing the keys of records until the transaction ends; waits for who does now."""
    driver.rows(
        connection,
        "select pg_advisory_xact_lock_shared(k.digest) from ("
        " select distinct unnest(keys) as digest from identity.record where record_no = any (%s::int8[])"
        " order by 1) k",
        (driver.array(numbers),),
    )


def hold(connection: Connection, given: Collection[int], near: Collection[int]) -> Held:
    """Locks these pieces and those of these records, then reads what is in them.

    A savepoint stands before the locks, so that they can be given back.
    """
    if not given and not near:
        return Held(frozenset(), frozenset(), {}, [], Surroundings.of(None, None, None))
    found = driver.rows(
        connection,
        "savepoint pieces; select * from identity.hold(%s::int8[], %s::int8[])",
        (driver.array(sorted(given)), driver.array(near)),
    )
    held, moved, spots, heads, reviews, tombstones = found[0][:6]
    return Held(
        frozenset(held),
        frozenset(moved),
        {number: Spot(*labels) for number, *labels in spots or ()},
        [_row(row[6:]) for row in found[1:]],
        Surroundings.of(heads, reviews, tombstones),
    )


def give_pieces_back(connection: Connection) -> None:
    """Returns to the savepoint, which gives the locks on pieces back and keeps those on keys."""
    driver.rows(connection, "rollback to savepoint pieces; release savepoint pieces", ())


def lists(connection: Connection, asked: Sequence[Asked]) -> Lists:
    """Who posts each key."""
    if not asked:
        return {}
    return _lists(asked, driver.together(connection, [_who_posts(asked, ())]))


def forces(connection: Connection, asked: Sequence[Asked], *, alone: int) -> dict[int, Force]:
    """How far keys make those meet who share them, by the key's digest. `alone` is how many may show a
    blocking key for it to do so alone.
    """
    if not asked:
        return {}
    found = driver.rows(
        connection,
        "select * from identity.full_among(%s::int8[], %s::int4[], %s::int4[], %s::bool[], %s)",
        (*_arrays(asked), alone),
    )
    known = dict.fromkeys((each.digest for each in asked), Force.WHOLE)
    for digest, is_dead in found:
        known[digest] = Force.NONE if is_dead else min(known[digest], Force.HALF)
    return known


def in_pieces(connection: Connection, labels: Collection[int]) -> list[Row]:
    """The records in these pieces."""
    if not labels:
        return []
    found = driver.rows(
        connection, "select * from identity.in_pieces(%s::int8[])", (driver.array(sorted(labels)),)
    )
    return [_row(row) for row in found]


def labels(connection: Connection, numbers: Collection[int]) -> list[int]:
    """The labels of the pieces that these records are in."""
    found = driver.rows(
        connection,
        "select distinct piece_no from identity.member where record_no = any (%s::int8[])",
        (list(numbers),),
    )
    return [label for (label,) in found]


def standing(connection: Connection, numbers: Collection[int]) -> list[Row]:
    """The live records with these numbers."""
    if not numbers:
        return []
    found = driver.rows(
        connection, "select * from identity.standing_of(%s::int8[])", (driver.array(numbers),)
    )
    return [_row(row) for row in found]


def kept(connection: Connection, numbers: Collection[int]) -> dict[int, Sequence[int] | None]:
    """What these records keep of their links, by number: None where their piece is no whole component."""
    if not numbers:
        return {}
    found = driver.rows(connection, "select * from identity.kept_links(%s::int8[])", (driver.array(numbers),))
    return dict(found)


def saying(connection: Connection, numbers: Collection[int]) -> dict[int, Saying]:
    """What the live records with these numbers say."""
    if not numbers:
        return {}
    found = driver.rows(connection, "select * from identity.saying(%s::int8[])", (driver.array(numbers),))
    return {
        number: Saying(record_id, RecordKey(source, key, generation), channel, stub, bytes(sealed))
        for number, record_id, source, key, generation, channel, stub, sealed in found
    }


def all_posters(connection: Connection, digest: int) -> list[int]:
    """Every record under a key, however many: for work in the background."""
    found = driver.rows(
        connection,
        "select record_no from identity.identifier where digest = %s union all"
        " select record_no from identity.block_key where digest = %s order by record_no",
        (digest, digest),
    )
    return [number for (number,) in found]


def decisions(connection: Connection, numbers: Collection[int]) -> list[Decision]:
    """The live judgements that name any of these records."""
    found = driver.rows(
        connection,
        "select j.judgement_no, j.left_nos, j.right_nos, j.verdict, j.reason, j.at"
        " from identity.judgement j where j.superseded_at is null and j.judgement_no in"
        " (select d.judgement_no from identity.judged d where d.record_no = any (%s::int8[]))",
        (list(numbers),),
    )
    return [
        Decision(number, tuple(left), tuple(right), verdict, reason, at)
        for number, left, right, verdict, reason, at in found
    ]


def _arrays(asked: Sequence[Asked]) -> tuple[str, str, str, str]:
    return (
        driver.array(each.digest for each in asked),
        driver.array(each.cap for each in asked),
        driver.array(each.generic for each in asked),
        driver.array(each.is_blocking for each in asked),
    )


def _who_posts(asked: Sequence[Asked], hashes: Collection[UUID]) -> Statement:
    digests, caps, _, blocking = _arrays(asked)
    return Statement(
        "select * from identity.lists(%s::int8[], %s::int4[], %s::bool[], %s::uuid[])",
        (digests, caps, blocking, driver.array(hashes)),
    )


def _lists(asked: Iterable[Asked], found: Sequence[Sequence[Any]]) -> Lists:
    """The lists that were read, after a first row; of a key that nobody posts none was."""
    names_max = {each.digest: each.generic for each in asked}
    posters: Lists = {digest: {} for digest in names_max}
    for _, digest, records, tokens in found[1:]:
        is_short = records is not None and len(set(tokens)) <= names_max[digest]
        posters[digest] = dict(zip(records, tokens, strict=True)) if is_short else None
    return posters


def _row(values: Sequence[Any]) -> Row:
    number, record_id, source, key, generation, channel, stub, judged, *rest = values
    sealed, model_no, posted, *rest = rest
    piece, person, profile, level, links, joining, joining_at, offers, offers_at = rest
    return Row(
        record_no=number,
        id=record_id,
        ref=RecordKey(source, key, generation),
        channel=channel,
        stub=stub,
        judged=judged,
        sealed=bytes(sealed),
        model_no=model_no,
        posted=tuple(posted),
        piece_no=piece,
        person_no=person,
        profile_no=profile,
        level=level,
        statements=_statements((CROSS_CHANNEL, joining, joining_at), (PERSONAL_OFFERS, offers, offers_at)),
        links=None if links is None else tuple(links),
    )


def _statements(*found: tuple[str, bool | None, datetime]) -> tuple[Consent, ...]:
    return tuple(Consent(purpose, granted, at) for purpose, granted, at in found if granted is not None)
