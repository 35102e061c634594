"""What shoppers allow: statements are appended, the newest counts for the whole person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import ConsentView
from identity.context import Context
from identity.model import Assurance
from identity.submission import Statement


def statements(connection: Connection, ctx: Context, profile: UUID) -> tuple[ConsentView, ...]:
    """All statements of a profile's person, newest first. Raises UnknownProfileError, ErasedError."""
    raise NotImplementedError


def state(connection: Connection, ctx: Context, profile: UUID) -> dict[str, bool]:
    """The newest word about each purpose over the profile's person. Raises as `statements`."""
    raise NotImplementedError


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

    Raises as `statements`.
    """
    raise NotImplementedError
