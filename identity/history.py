"""What happened, and whose it is. (Being written by another engineer of the team right now, with store_events.py: IDSTORE, leave this file; history lands soon.)"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import Appended, Page
from identity.context import Context
from identity.submission import Claim, Happening


def append(
    connection: Connection, ctx: Context, events: Sequence[Happening], *, now: datetime
) -> tuple[Appended, ...]:
    """Stores what happened, each event with the record it belongs to, and says what became of each, in order."""
    raise NotImplementedError


def owner(
    connection: Connection,
    ctx: Context,
    source: str,
    identifiers: Sequence[Claim],
    *,
    at: datetime,
    now: datetime,
) -> int | None:
    """The record that something with these identifiers belongs to; a stub is made when nobody is known.

    None when no identifier can own anything, or when the shopper was erased.
    """
    raise NotImplementedError


def page(
    connection: Connection,
    ctx: Context,
    profile: UUID,
    *,
    cursor: str | None = None,
    limit: int = 50,
    kinds: Sequence[str] = (),
    channel: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page:
    """Events of all of a profile's records, newest first.

    Raises UnknownProfileError, ErasedError, ValueError (cursor).
    """
    raise NotImplementedError
