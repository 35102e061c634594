"""How long what failed waits for its next turn, later each time."""

import datetime as dt
from typing import Final

FIRST_PAUSE: Final = dt.timedelta(seconds=5)
LONGEST_PAUSE: Final = dt.timedelta(hours=6)
MOST_ATTEMPTS: Final = 14
"""With pauses that double this is more than two days: longer than a database is away."""


def next_turn(attempts: int, now: dt.datetime) -> dt.datetime | None:
    """When what failed once more after so many attempts is tried again; None: not any more."""
    if attempts + 1 >= MOST_ATTEMPTS:
        return None
    pause: dt.timedelta = min(FIRST_PAUSE * 2**attempts, LONGEST_PAUSE)
    return now + pause
