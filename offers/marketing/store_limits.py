"""Writes the caps of capacity rows. What is taken is the ledger's."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, text

from offers.marketing.limits import UNBOUNDED, Kind, Row

# Tills report up to three days late; older days are history.
KEPT_DAYS = 4

_LOCK_PATTERN = text("""
    SELECT capacity_no FROM offers.capacity
     WHERE campaign_no = :campaign_no AND kind = :store_day AND subject = '' AND bucket = ''
       FOR UPDATE
""")
_LOCK = text("""
    SELECT kind, CASE kind WHEN :store_day THEN '' ELSE subject END AS subject FROM offers.capacity
     WHERE campaign_no = :campaign_no AND (kind <> :store_day OR bucket = '' OR bucket >= :since)
     ORDER BY kind, capacity_no
       FOR UPDATE
""")
_SET = text("""
    UPDATE offers.capacity SET cap = greatest(taken, :cap)
     WHERE campaign_no = :campaign_no AND kind = :kind
       AND (kind <> :store_day AND subject = :subject OR kind = :store_day AND (bucket = '' OR bucket >=
       :since))
""")
_ADD = text("""
    INSERT INTO offers.capacity (campaign_no, kind, subject, cap) VALUES (:campaign_no, :kind, :subject, :cap)
""")


def set_caps(connection: Connection, campaign_no: int, wanted: Sequence[Row], *, today: date) -> None:
    """Make the caps those of a campaign's limits. A cap below what is taken becomes what is taken."""
    common = {
        "campaign_no": campaign_no,
        "store_day": Kind.STORE_DAY,
        "since": (today - timedelta(days=KEPT_DAYS)).isoformat(),
    }
    # First alone: whoever makes a row from the pattern right now is waited for, and the next statement sees
    # it.
    connection.execute(_LOCK_PATTERN, common)
    found = {(row.kind, row.subject) for row in connection.execute(_LOCK, common)}
    caps = {(row.kind, row.subject): row.cap for row in wanted}
    for kind, subject in sorted(found | set(caps)):
        values = {"kind": kind, "subject": subject, "cap": caps.get((Kind(kind), subject), UNBOUNDED)}
        connection.execute(_SET if (kind, subject) in found else _ADD, common | values)
