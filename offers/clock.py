"""Which instant a redemption counts at, when tills' clocks are wrong and tills were offline.

Invariant: online the receipt decides. Offline the till's time counts, corrected by how wrong its clock was
when it sent; what then lies outside the window counts at receipt and is flagged.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from offers.redemptions.redemption import Clocks

LATEST: Final = timedelta(hours=72)
EARLIEST: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Settled:
    """When it counts, when it happened as far as we know, and what to flag."""

    counts_at: datetime
    happened_at: datetime
    flags: tuple[str, ...] = ()


def settle(clocks: Clocks, *, offline: bool) -> Settled:
    """The instants of one call."""
    received = clocks.received_at
    stated = clocks.occurred_at
    if stated is None:
        return Settled(received, received)
    happened = stated + (received - clocks.sent_at) if clocks.sent_at is not None else stated
    plausible = received - LATEST <= happened <= received + EARLIEST
    if not plausible:
        return Settled(received, received, ("clock",))
    return Settled(happened if offline else received, happened)
