"""Profiles as they may be shown, and why they are what they are."""

from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import ProfileView, RecordView
from identity.context import Context


def view(connection: Connection, ctx: Context, profile: UUID) -> ProfileView:
    """The profile that any of its record ids asks for. Raises UnknownProfileError, ErasedError."""
    raise NotImplementedError


def records(connection: Connection, ctx: Context, profile: UUID) -> tuple[RecordView, ...]:
    """The records of a profile, oldest first. Raises as `view`."""
    raise NotImplementedError


def how(connection: Connection, ctx: Context, profile: UUID) -> dict[str, Any]:
    """The ordered joins that made the profile's person, without personal values. Raises as `view`."""
    raise NotImplementedError


def why(connection: Connection, ctx: Context, left: UUID, right: UUID) -> dict[str, Any]:
    """What speaks for and against two records being one shopper, without personal values.

    Raises as `view`.
    """
    raise NotImplementedError
