"""Reads what may not be given: stops, and limits that are exhausted."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

from offers.marketing.limits import Kind

_EXHAUSTED = text("""
    SELECT DISTINCT campaign_no FROM offers.capacity
     WHERE taken >= cap
       AND (kind = :uses OR kind = :budget AND subject = :currency
            OR kind = :store_day AND subject = :store AND bucket = :day)
""")


def exhausted(connection: Connection, *, store_no: int, day: date, currency: str) -> set[int]:
    """Campaigns that have nothing left to give here today."""
    rows = connection.execute(
        _EXHAUSTED,
        {
            "uses": Kind.USES,
            "budget": Kind.BUDGET,
            "store_day": Kind.STORE_DAY,
            "currency": currency,
            "store": str(store_no),
            "day": day.isoformat(),
        },
    )
    return {row.campaign_no for row in rows}


class Standing(NamedTuple):
    """The catalogue's version, whether all is stopped here, and which campaigns are."""

    version: int
    all_stopped: bool
    stopped: frozenset[int]


_STANDING = text("""
    SELECT version, stopped_all OR :store_no = ANY (stopped_stores) AS all_stopped, stopped_campaigns
      FROM offers.catalogue WHERE single
""")


def standing(connection: Connection, store_no: int) -> Standing:
    """What is current and what is stopped at a store."""
    row = connection.execute(_STANDING, {"store_no": store_no}).one()
    return Standing(row.version, row.all_stopped, frozenset(row.stopped_campaigns))
