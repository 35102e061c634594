"""What counts by person: the lock under which it is counted, the uses so far, and forgetting whose they
were.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, text, update

from offers.tables import redemption, redemption_item, till_transaction

MOST_LOCKED = 64
_LOCK_SPACE = 0x6F6665
_LOCK_PERSON = text("""
    SELECT pg_advisory_xact_lock(:space, k) FROM unnest(CAST(:keys AS integer[])) AS k
""")


def lock_person(connection: Connection, members: Iterable[int]) -> None:
    """Let reservations for one person take turns until the end of the transaction.

    All member records are locked, in order, so that two which a merge has just brought together, or a split
    parted, still meet on the records they share.
    """
    oldest = sorted(members)[:MOST_LOCKED]
    keys = sorted({number % 2**31 for number in oldest})
    connection.execute(_LOCK_PERSON, {"space": _LOCK_SPACE, "keys": keys}).all()


_USES = text("""
    SELECT campaign_no, CAST(extract(epoch FROM used_at) AS bigint) AS used_at_s
      FROM offers.redemption_item
     WHERE record_no = ANY (CAST(:members AS bigint[])) AND uses > 0
       AND (state = 'committed' OR state = 'reserved' AND expires_at > :now AND redemption_no <> :but)
""")


def uses(
    connection: Connection, members: Iterable[int], *, but: int, now: datetime
) -> dict[int, tuple[int, ...]]:
    """Instants of the uses by these records, by campaign, without what one redemption holds."""
    found: dict[int, tuple[int, ...]] = {}
    for row in connection.execute(_USES, {"members": list(members), "but": but, "now": now}):
        found[row.campaign_no] = (*found.get(row.campaign_no, ()), row.used_at_s)
    return found


def forget(connection: Connection, record_nos: Iterable[int]) -> None:
    """Cut what was redeemed and sold loose from erased records; what was used stays used."""
    records = list(record_nos)
    for table in (redemption, redemption_item, till_transaction):
        connection.execute(update(table).where(table.c.record_no.in_(records)).values(record_no=None))
