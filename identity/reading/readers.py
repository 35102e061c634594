"""Stored records and profiles as others may read them."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import IdentifierView, RecordView
from identity.context import Context
from identity.errors import ErasedError, UnknownProfileError, UnknownRecordError
from identity.model import Canonical, Record, RecordKey
from identity.reading import store_profiles
from identity.reading.store_profiles import HeadRow, RecordRow
from identity.sealing import envelope
from identity.sealing.envelope import Content


class Opened(NamedTuple):
    """A stored record with its content."""

    row: RecordRow
    content: Content
    record: Record


def head(connection: Connection, profile: UUID) -> HeadRow:
    """The profile that any id ever given out for one of its records asks for.

    Raises UnknownProfileError, ErasedError.
    """
    found = store_profiles.asked(connection, profile)
    if found is None:
        raise UnknownProfileError
    if found.is_erased:
        raise ErasedError
    number = found.record_no if found.is_live else found.forward_no
    current = None if number is None else store_profiles.head_of_record(connection, number)
    if current is None:
        raise ErasedError("The last record of the shopper was deleted.")
    return current


def live(connection: Connection, record: UUID) -> int:
    """The number of the live record that an id asks for: itself, or the one it forwards to.

    Raises UnknownRecordError, ErasedError.
    """
    found = store_profiles.asked(connection, record)
    if found is None:
        raise UnknownRecordError
    if found.is_erased:
        raise ErasedError
    number = found.record_no if found.is_live else found.forward_no
    if number is None:
        raise ErasedError("The record was deleted.")
    return number


def person_of(current: HeadRow) -> tuple[int, ...]:
    """The records that limits are counted on: the person's, with those that were deleted."""
    return tuple(current.limit_members or current.members)


def profile_of(connection: Connection, record_no: int) -> UUID:
    """The id of the profile that a live record belongs to. Raises UnknownRecordError."""
    found = store_profiles.head_of_record(connection, record_no)
    if found is None:
        raise UnknownRecordError
    return found.id


def opened(connection: Connection, ctx: Context, numbers: Collection[int]) -> list[Opened]:
    """Live records with their contents, oldest first."""
    found = []
    for row in store_profiles.records(connection, numbers):
        content = envelope.unseal(bytes(row.sealed), row.id, ctx.vault)
        ref = RecordKey(row.source, row.key, row.generation)
        found.append(Opened(row, content, content.record(ref, row.channel, stub=row.stub)))
    return found


def record_view(connection: Connection, ctx: Context, record_no: int) -> RecordView:
    """One live record. Raises UnknownRecordError."""
    found = opened(connection, ctx, [record_no])
    if not found:
        raise UnknownRecordError
    return view(found[0])


def view(each: Opened) -> RecordView:
    """A record as it may be read by whoever may read it all."""
    row = each.row
    return RecordView(
        record=row.id,
        record_no=row.record_no,
        source=row.source,
        key=row.key,
        generation=row.generation,
        channel=row.channel,
        stub=row.stub,
        profile=row.profile,
        attributes=shown(each.content.attributes),
        identifiers=identifiers(each.record),
        observed_at=row.observed_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def shown(canonical: Canonical) -> dict[str, str]:
    """The attributes that have a value, as people write them."""
    values = {name: canonical.shown(name) for name, _ in canonical.present()}
    return {name: value for name, value in values.items() if value is not None}


def identifiers(record: Record) -> tuple[IdentifierView, ...]:
    """The identifiers of a record."""
    return tuple(
        IdentifierView(each.type, each.value, each.assurance, each.valid_from, each.valid_to)
        for each in record.identifiers
    )
