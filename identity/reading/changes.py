"""The change feed: gapless and in order, whoever reads it.

Invariant: a position is given once, and no change of a profile gets one before those that its writer waited
for; readers see changes with positions only.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import ChangeView, Membership
from identity.errors import UnknownRecordError
from identity.reading import store_changes, store_profiles

LIMIT_MAX: Final = 1000


def read(connection: Connection, *, after: int = 0, limit: int = 100) -> tuple[ChangeView, ...]:
    """Numbered changes after a position, in order; whoever reads also numbers what has finished meanwhile."""
    wanted = min(limit, LIMIT_MAX)
    found = store_changes.numbered(connection, after=after, limit=wanted)
    if len(found) < wanted and number(connection):
        found = store_changes.numbered(connection, after=after, limit=wanted)
    return tuple(ChangeView(position, kind, profile, body, at) for position, kind, profile, body, at in found)


def number(connection: Connection, *, limit: int = LIMIT_MAX) -> int:
    """Gives positions to finished changes and returns how many; 0 also when somebody else is at it."""
    return store_changes.give_positions(connection, limit=limit)


def membership_at(connection: Connection, record: UUID, at: datetime) -> Membership:
    """Whose a record was at a time, with all that were the same profile's. Raises UnknownRecordError."""
    if store_profiles.asked(connection, record) is None:
        raise UnknownRecordError
    owner = store_changes.owner_at(connection, record, at)
    if owner is None:
        return Membership(None, ())
    return Membership(owner, tuple(store_changes.owned_at(connection, owner, at)))


def owner_at(connection: Connection, record: UUID, at: datetime) -> UUID | None:
    """The profile that a record belonged to at a time; None when it belonged to none."""
    return store_changes.owner_at(connection, record, at)
