"""How identity stands: what is put off, what readers wait for, how large profiles are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from identity import redo
from identity.stewardship import store_standing

SIZES = ("1", "2", "3-5", "6-10", "11-20", "21-50", "51+")
"""Profiles are told apart by so many records; the last are what somebody should look at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One look at it. Profiles are counted in a sample of bounded size, so their numbers are estimates."""

    redo_pending: int
    feed_lag: int
    feed_lag_s: float
    reviews_open: int
    profiles_by_size: Mapping[str, int]


def read(connection: Connection, *, now: datetime) -> Standing:
    """How it stands now."""
    waiting, oldest = store_standing.unnumbered(connection)
    sizes = store_standing.profile_sizes(connection)
    return Standing(
        redo_pending=redo.pending(connection),
        feed_lag=waiting,
        feed_lag_s=max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
        reviews_open=store_standing.open_reviews(connection),
        profiles_by_size={name: sizes.get(place, 0) for place, name in enumerate(SIZES)},
    )
