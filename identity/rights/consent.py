"""What shoppers allow: statements are appended, and the newest counts for the whole person.

A statement from the future counts from when it came, so that no wrong clock outlives a withdrawal.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import ConsentView
from identity.context import Context
from identity.errors import InvalidRecordError
from identity.model import Assurance, Consent
from identity.partition import parts, settle
from identity.partition.settle import Cause
from identity.reading import readers
from identity.register import intake, store_records
from identity.rights import store_consents
from identity.scoring import active
from identity.submission import Statement


def statements(connection: Connection, ctx: Context, profile: UUID) -> tuple[ConsentView, ...]:
    """All statements of a profile's person, newest first. Raises UnknownProfileError, ErasedError."""
    head = readers.head(connection, profile)
    return tuple(
        ConsentView(
            record=row.record,
            source=row.source,
            purpose=row.purpose,
            granted=row.granted,
            at=row.at,
            proof=Assurance(row.proof),
            evidence=ctx.vault.unseal(bytes(row.sealed), intake.EVIDENCE).decode() if row.sealed else "",
            received_at=row.received_at,
        )
        for row in store_consents.of_records(connection, readers.person_of(head))
    )


def state(connection: Connection, ctx: Context, profile: UUID) -> dict[str, bool]:
    """The newest word about each purpose over the profile's person. Raises as `statements`."""
    said = [
        Consent(each.purpose, each.granted, min(each.at, each.received_at), each.proof)
        for each in statements(connection, ctx, profile)
    ]
    return {purpose: parts.is_granted(purpose, said) for purpose in sorted({each.purpose for each in said})}


def declare(
    connection: Connection,
    ctx: Context,
    profile: UUID,
    declared: Sequence[Statement],
    *,
    proof: Assurance,
    now: datetime,
) -> UUID:
    """Appends statements to every record of a profile and returns the profile's id afterwards.

    To every record, so that each part keeps her word if the profile is taken apart later. Raises as
    `statements`, and InvalidRecordError when a statement cannot be taken.
    """
    said, refused = intake.statements(declared, proof, ctx)
    if refused:
        raise InvalidRecordError(f"{refused[0].field}: {refused[0].reason}")
    ctx = active.bound(connection, ctx)
    head = readers.head(connection, profile)
    for number in head.members:
        store_records.declare(connection, number, said, now=now)
    settle.settle(connection, ctx, Cause(told=tuple(head.members)), now=now)
    return readers.head(connection, profile).id
