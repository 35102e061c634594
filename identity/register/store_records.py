"""Records as rows: opening them under their locks, writing them with their postings, taking them away."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection

from identity import driver
from identity.driver import Statement
from identity.model import RecordKey
from identity.sealing.postings import Posting


@dataclass(frozen=True, slots=True)
class Stored:
    """The newest generation of a record, live or not, with the labels of where it belongs."""

    record_no: int
    id: UUID
    ref: RecordKey
    channel: str
    stub: bool
    judged: bool
    posted: tuple[int, ...]
    content: UUID | None
    sealed: bytes | None
    observed_at: datetime
    created_at: datetime
    deleted_at: datetime | None
    erased_at: datetime | None
    forward_no: int | None
    piece_no: int | None
    person_no: int | None
    profile_no: int | None
    profile: UUID | None
    model_no: int


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record as it is to be written."""

    id: UUID
    ref: RecordKey
    channel: str
    stub: bool
    content: UUID | None
    sealed: bytes
    postings: tuple[Posting, ...]
    observed_at: datetime
    batch: str | None
    model_no: int
    household: int | None


@dataclass(frozen=True, slots=True)
class SealedStatement:
    """A statement about a purpose as it is stored."""

    purpose: str
    granted: bool
    at: datetime
    proof: int
    sealed: bytes | None


class Opened(NamedTuple):
    """The number of the active model, the paused sources, and what is stored of records by (source, key)."""

    model_no: int
    paused: frozenset[str]
    found: dict[tuple[str, str], Stored]
    spare: tuple[int, ...]  # numbers for those that are not there yet


def open_newest(
    connection: Connection, pairs: Sequence[tuple[str, str]], locks: Collection[int], *, wanted: int
) -> Opened:
    """Locks (source, key) pairs until the transaction ends, then reads the newest generation of each.

    So many of them are `wanted`; who is not there gets a number.
    """
    sources, keys = [source for source, _ in pairs], [key for _, key in pairs]
    return _opened(
        driver.rows(
            connection,
            "select identity.take_records(%s::int8[]);"
            " select * from identity.newest_records(%s::text[], %s::text[], %s)",
            (driver.array(sorted(set(locks))), sources, keys, wanted),
        )
    )


def numbers(connection: Connection, amount: int) -> list[int]:
    """So many numbers for new records."""
    found = driver.rows(
        connection,
        "select nextval('identity.record_record_no_seq') from generate_series(1, %s)",
        (amount,),
    )
    return [number for (number,) in found]


def newest(connection: Connection, source: str, key: str) -> Stored | None:
    """The newest generation of a record, without a lock."""
    found = driver.rows(
        connection, "select * from identity.newest_records(%s::text[], %s::text[], 0)", ([source], [key])
    )
    return _opened(found).found.get((source, key))


def generations(connection: Connection, pairs: Sequence[tuple[str, str]]) -> list[Stored]:
    """All generations of these records, oldest first: a browser has one for each account that used it."""
    found = connection.exec_driver_sql(
        "select r.record_no, r.id, r.source, r.key, r.generation, r.channel, r.stub, r.judged, r.keys,"
        " r.content, r.sealed, r.observed_at, r.created_at, r.deleted_at, r.erased_at, r.forward_no,"
        " m.piece_no, m.person_no, m.profile_no, p.id, r.model_no"
        " from unnest(%s::text[], %s::text[]) asked (source, key)"
        " join identity.record r on r.source = asked.source and r.key = asked.key"
        " left join identity.member m on m.record_no = r.record_no"
        " left join identity.profile p on p.profile_no = m.profile_no"
        " order by r.source, r.key, r.generation",
        ([source for source, _ in pairs], [key for _, key in pairs]),
    )
    return [_stored(values) for values in found]


def insert(record_no: int, version: Version, *, now: datetime) -> Statement:
    """Writes a new record with its postings."""
    return Statement(
        "select identity.add_record(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
        " %s::int8[], %s::int2[], %s::int2[], %s::int4[], %s::timestamptz[], %s::timestamptz[])",
        (
            record_no,
            version.id,
            *version.ref,
            version.channel,
            version.stub,
            version.content,
            version.sealed,
            version.batch,
            version.observed_at,
            now,
            version.model_no,
            version.household,
            *_posting_arrays(version.postings),
        ),
    )


def update(record_no: int, version: Version, *, removed: Collection[int], now: datetime) -> Statement:
    """Writes a new version of a record: what it no longer posts goes, a tombstone comes to life."""
    return Statement(
        "select identity.change_record(%s, %s::int8[], %s, %s, %s, %s, %s, %s, %s, %s,"
        " %s::int8[], %s::int2[], %s::int2[], %s::int4[], %s::timestamptz[], %s::timestamptz[])",
        (
            record_no,
            driver.array(removed),
            version.stub,
            version.content,
            version.sealed,
            version.batch,
            version.observed_at,
            now,
            version.model_no,
            version.household,
            *_posting_arrays(version.postings),
        ),
    )


def repost(
    record_no: int, postings: tuple[Posting, ...], *, removed: Collection[int], model_no: int
) -> Statement:
    """Puts a record that says what it said under the keys of another model."""
    return Statement(
        "select identity.repost(%s, %s::int8[], %s, %s::int8[], %s::int2[], %s::int2[], %s::int4[],"
        " %s::timestamptz[], %s::timestamptz[])",
        (record_no, driver.array(removed), model_no, *_posting_arrays(postings)),
    )


def bury(record_no: int, posted: Collection[int], *, now: datetime) -> Statement:
    """Leaves a tombstone: what the record said is gone, its number and id stay."""
    return Statement(
        "select identity.unpost(%s, %s::int8[]); update identity.record set sealed = null, content = null,"
        " keys = '{}', household = null, deleted_at = %s, changed_at = %s where record_no = %s",
        (record_no, driver.array(posted), now, now, record_no),
    )


def said(record_no: int, statements: Sequence[SealedStatement], *, now: datetime) -> Statement:
    """Appends statements to a record; one that is known already is not repeated."""
    return Statement(
        "select identity.declare(%s, %s, %s::text[], %s::bool[], %s::timestamptz[], %s::int2[], %s::bytea[])",
        (record_no, now, *_statement_arrays(statements)),
    )


def declare(
    connection: Connection, record_no: int, statements: Sequence[SealedStatement], *, now: datetime
) -> None:
    """Appends statements to a record at once."""
    if statements:
        driver.together(connection, [said(record_no, statements, now=now)])


def unknown_among(connection: Connection, said: Mapping[int, Sequence[SealedStatement]]) -> frozenset[int]:
    """Of which of these records, by number, something said is not known yet."""
    if not said:
        return frozenset()
    listed = [(number, each) for number, statements in said.items() for each in statements]
    found = driver.rows(
        connection,
        "select distinct s.record_no from unnest(%s::int8[], %s::text[], %s::bool[], %s::timestamptz[])"
        " s (record_no, purpose, granted, at) where not exists (select from identity.consent c"
        " where (c.record_no, c.purpose, c.granted, c.at) = (s.record_no, s.purpose, s.granted, s.at))",
        ([number for number, _ in listed], *_statement_arrays([each for _, each in listed])[:3]),
    )
    return frozenset(number for (number,) in found)


def _posting_arrays(postings: Sequence[Posting]) -> tuple[str, ...]:
    return (
        driver.array(posting.digest for posting in postings),
        driver.array(posting.code for posting in postings),
        driver.array(int(posting.assurance) for posting in postings),
        driver.array(posting.token for posting in postings),
        _moments(posting.valid_from for posting in postings),
        _moments(posting.valid_to for posting in postings),
    )


def _moments(listed: Iterable[datetime | None]) -> str:
    """Empty where there is none, as nearly always: PostgreSQL reads it as so many times nothing."""
    moments = list(listed)
    return driver.array(moments if any(moments) else ())


def _statement_arrays(statements: Sequence[SealedStatement]) -> tuple[list[Any], ...]:
    return (
        [statement.purpose for statement in statements],
        [statement.granted for statement in statements],
        [statement.at for statement in statements],
        [statement.proof for statement in statements],
        [statement.sealed for statement in statements],
    )


def _opened(rows: Sequence[Sequence[Any]]) -> Opened:
    stored = [_stored(values) for _, _, _, *values in rows if values[0] is not None]
    model_no, paused, spare, *_ = rows[0]
    found = {(each.ref.source, each.ref.key): each for each in stored}
    return Opened(model_no, frozenset(paused), found, tuple(spare))


def _stored(values: Sequence[Any]) -> Stored:
    number, record_id, source, key, generation, channel, stub, judged, posted, content, sealed, *rest = values
    return Stored(
        number,
        record_id,
        RecordKey(source, key, generation),
        channel,
        stub,
        judged,
        tuple(posted),
        content,
        None if sealed is None else bytes(sealed),
        *rest,
    )
