"""Who shows which identifiers, and which generations a source's key has had: reads for whose-event rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from identity import driver
from identity.driver import array
from identity.model import RecordKey


@dataclass(frozen=True, slots=True)
class Poster:
    """A live record that shows a key."""

    digest: int
    record_no: int
    ref: RecordKey
    person_no: int
    assurance: int
    token: int
    valid_from: datetime | None
    valid_to: datetime | None

    def is_valid(self, at: datetime) -> bool:
        """Whether the key was its shopper's at that time."""
        is_begun = self.valid_from is None or self.valid_from <= at
        return is_begun and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of a source's key; `is_gone` when it was deleted or erased."""

    record_no: int
    ref: RecordKey
    created_at: datetime
    is_gone: bool


def posters(connection: Connection, digests: Sequence[int], caps: Sequence[int]) -> dict[int, list[Poster]]:
    """Who shows each key: at most one more than its cap, which is how an over-full key shows."""
    found: dict[int, list[Poster]] = {digest: [] for digest in digests}
    if not digests:
        return found
    rows = driver.rows(
        connection,
        "select asked.digest, i.record_no, r.source, r.key, r.generation, m.person_no, i.assurance,"
        " i.token, i.valid_from, i.valid_to"
        " from unnest(%s::int8[], %s::int4[]) asked (digest, cap)"
        " cross join lateral ("
        "  select p.record_no, p.assurance, p.token, p.valid_from, p.valid_to from identity.identifier p"
        "  where p.digest = asked.digest limit asked.cap + 1"
        " ) i"
        " join identity.record r on r.record_no = i.record_no"
        " join identity.member m on m.record_no = i.record_no",
        (array(digests), array(caps)),
    )
    for digest, record_no, source, key, generation, *rest in rows:
        found[digest].append(Poster(digest, record_no, RecordKey(source, key, generation), *rest))
    return found


def generations(
    connection: Connection, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[Generation]]:
    """The generations of these (source, key) pairs, oldest first; pairs that were never seen are left out."""
    found: dict[tuple[str, str], list[Generation]] = {}
    if not pairs:
        return found
    rows = driver.rows(
        connection,
        "select r.record_no, r.source, r.key, r.generation, r.created_at, r.sealed is null"
        " from unnest(%s::text[], %s::text[]) asked (source, key)"
        " join identity.record r on r.source = asked.source and r.key = asked.key"
        " order by r.source, r.key, r.generation",
        ([source for source, _ in pairs], [key for _, key in pairs]),
    )
    for record_no, source, key, generation, created_at, is_gone in rows:
        ref = RecordKey(source, key, generation)
        found.setdefault((source, key), []).append(Generation(record_no, ref, created_at, is_gone))
    return found


def refs(connection: Connection, numbers: Sequence[int]) -> dict[int, RecordKey]:
    """The keys of these records."""
    if not numbers:
        return {}
    rows = connection.exec_driver_sql(
        "select record_no, source, key, generation from identity.record where record_no = any (%s::int8[])",
        (list(numbers),),
    )
    return {record_no: RecordKey(source, key, generation) for record_no, source, key, generation in rows}


def shown_among(connection: Connection, digests: Collection[int]) -> set[int]:
    """Those of these keys that some live record shows."""
    found = connection.exec_driver_sql(
        "select distinct digest from identity.identifier where digest = any (%s::int8[])", (list(digests),)
    )
    return set(found.scalars())
