"""Forgetting a shopper, and handing her everything first."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context


def erase(
    connection: Connection, ctx: Context, profile: UUID, *, reason: str, now: datetime
) -> tuple[int, ...]:
    """Erases the person behind a profile and returns the numbers of her records, whose offers data must go as
    well.

    Raises UnknownProfileError, ErasedError.
    """
    raise NotImplementedError


def export(connection: Connection, ctx: Context, profile: UUID, *, now: datetime) -> dict[str, Any]:
    """Everything identity holds about the person behind a profile, ready for JSON. Raises as `erase`."""
    raise NotImplementedError
