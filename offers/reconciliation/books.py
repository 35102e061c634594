"""The day's report, from the books; and the end of a till's day."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from offers.context import Context
from offers.reconciliation import report, store
from offers.reconciliation.report import Report


def reconcile(
    connection: Connection, ctx: Context, *, since: date, until: date, store_code: str | None = None
) -> Report:
    """What tills say against what the ledger says, for these business days. Raises UnknownStoreError."""
    store_no = ctx.snapshots.store_no(connection, store_code) if store_code is not None else None
    said, closed = store.closings(connection, since, until, store_no)
    return report.build(store.entries(connection, since, until, store_no), said, closed)


def close_day(
    connection: Connection,
    ctx: Context,
    *,
    store_code: str,
    terminal: str,
    day: date,
    given: Mapping[str, int],
    now: datetime,
) -> Report:
    """Keep what a till gave on a day, and report on that till alone. Raises UnknownStoreError."""
    store_no = ctx.snapshots.store_no(connection, store_code)
    store.close(connection, store_no, terminal, day, given, at=now)
    said, closed = store.closings(connection, day, day, store_no)
    entries = (one for one in store.entries(connection, day, day, store_no) if one.terminal == terminal)
    own = (store_code, day, terminal)
    return report.build(entries, [one for one in said if one.terminal == terminal], closed & {own})
