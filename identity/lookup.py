"""Finds a profile by identifiers and never makes one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.answers import Found
from identity.context import Context
from identity.submission import Claim


def find(
    connection: Connection,
    ctx: Context,
    identifiers: Sequence[Claim],
    hint: Mapping[str, str] | None = None,
    *,
    now: datetime,
    channel: str | None = None,
    country: str | None = None,
) -> Found:
    """The profile that these identifiers belong to, or the few it may be; `hint` (given_name, postcode)
    narrows.

    `channel` is where the question comes from: a person shown in parts answers with the part of that channel.
    """
    raise NotImplementedError


def chosen(connection: Connection, ctx: Context, choice: str, *, now: datetime) -> Found:
    """The profile behind a choice of an earlier ambiguous answer; unknown when the choice is forged or too
    old.
    """
    raise NotImplementedError
