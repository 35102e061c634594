"""Which instant a redemption counts at, when tills' clocks are wrong and tills were offline.

Invariant: online the receipt decides. Offline the till's time counts, corrected by how wrong its clock was
when it sent; what then lies outside the window counts at receipt and is flagged. When it *happened* is
believed nevertheless when the business day agrees: a day file of last month tells the truth.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from offers.redemptions.redemption import Clocks

LATEST: Final = timedelta(hours=72)
EARLIEST: Final = timedelta(minutes=5)
DAY_TOLERANCE: Final = timedelta(days=1)
"""Between the business day and the date in UTC: stores lie in all zones, and some close after midnight."""


@dataclass(frozen=True, slots=True)
class Settled:
    """When it counts, when it happened as far as we know, and what to flag."""

    counts_at: datetime
    happened_at: datetime
    flags: tuple[str, ...] = ()

    @property
    def decides_at(self) -> datetime:
        """When it is asked what was allowed: at receipt, where the time stated is outside the window."""
        return self.counts_at if self.flags else self.happened_at


def settle(clocks: Clocks, *, offline: bool, business_day: date) -> Settled:
    """The instants of one call about a transaction of this business day."""
    received = clocks.received_at
    stated = clocks.occurred_at
    if stated is None:
        return Settled(received, received)
    happened = stated + (received - clocks.sent_at) if clocks.sent_at is not None else stated
    plausible = received - LATEST <= happened <= received + EARLIEST
    if not plausible:
        is_past = stated <= received and abs(stated.date() - business_day) <= DAY_TOLERANCE
        return Settled(received, stated if is_past else received, ("clock",))
    return Settled(happened if offline else received, happened)
