"""What counts by person: the lock under which it is counted, the uses so far, and forgetting whose they
were.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, text

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
    records = {"records": list(record_nos)}
    for statement in (_STRIP_REPORTS, _STRIP_TENDERS, _UNNAME_REDEMPTIONS, _UNNAME_ITEMS):
        connection.execute(statement, records)


# Tenders carry references to means of payment, in what was stored and in what was reported otherwise.
_STRIP_REPORTS = text("""
    UPDATE offers.reconciliation AS r
       SET content = jsonb_set(r.content::jsonb, '{tenders}', '[]')::json
      FROM offers.till_transaction AS t
     WHERE t.record_no = ANY (CAST(:records AS bigint[]))
       AND (r.store_no, r.terminal, r.business_day, r.number)
           = (t.store_no, t.terminal, t.business_day, t.number)
""")
_STRIP_TENDERS = text("""
    UPDATE offers.till_transaction AS t
       SET record_no = NULL,
           tenders = (SELECT coalesce(json_agg(e::jsonb - 'token'), '[]')
                        FROM json_array_elements(t.tenders) AS e)
     WHERE t.record_no = ANY (CAST(:records AS bigint[]))
""")
_UNNAME_REDEMPTIONS = text("""
    UPDATE offers.redemption SET record_no = NULL WHERE record_no = ANY (CAST(:records AS bigint[]))
""")
_UNNAME_ITEMS = text("""
    UPDATE offers.redemption_item SET record_no = NULL WHERE record_no = ANY (CAST(:records AS bigint[]))
""")
