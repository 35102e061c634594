"""Keeps the decision log's days: tomorrow's partition before it is needed, old ones dropped."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from offers.decisions import store_decisions

AHEAD: Final = 3
KEPT: Final = timedelta(days=30)
PINS_KEPT: Final = timedelta(days=2)
STRAYS_AT_ONCE: Final = 50_000


def keep(connection: Connection, *, now: datetime) -> int:
    """Make the next days, drop those past keeping, forget old pins; return how many partitions changed.

    A day whose first decisions are in the default partition stays there: it cannot be made beside them.
    """
    if not store_decisions.claim_keeping(connection):
        return 0
    changed = store_decisions.make_days(connection, (now + timedelta(days=1)).date(), AHEAD)
    for day in store_decisions.days(connection):
        if day < (now - KEPT).date():
            store_decisions.drop_day(connection, day)
            changed += 1
    store_decisions.delete_strays(connection, now - KEPT, most=STRAYS_AT_ONCE)
    store_decisions.forget_pins(connection, now - PINS_KEPT)
    return changed
