"""Preferences as they are asked for and stated: over all records of a profile."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from offers.interests import store_interests
from offers.model import Preferences
from offers.preferences import store
from offers.preferences.rules import Statement, preferences, replacing, standing


def of_members(connection: Connection, members: Sequence[int], *, now: datetime) -> list[Statement]:
    """What holds now, in a fixed order."""
    return standing(store.read(connection, members), at_s=_seconds(now))


def respected_now(connection: Connection, members: Sequence[int], *, now: datetime) -> Preferences | None:
    """What has to be respected now; None when nothing was ever said."""
    return preferences(store.read(connection, members), at_s=_seconds(now))


def replace(
    connection: Connection, members: Sequence[int], wanted: Iterable[Statement], *, now: datetime
) -> list[Statement]:
    """Make exactly this hold, and return it.

    Said on every record, so that each part keeps the person's word when she is taken apart.
    """
    records = sorted(set(members))
    store_interests.lock(connection, records)
    said = replacing(store.read(connection, records), wanted, now_s=_seconds(now))
    store.save(connection, records, said)
    return of_members(connection, records, now=now)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
