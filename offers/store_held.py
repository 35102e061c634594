"""Reads what is held about some records, table by table: what a shopper who asks is told.

Invariant: every table of `offers.erasure.forget` is told of here, or by whoever calls.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from offers.store_driver import array

_REDEMPTIONS = """
    SELECT s.code AS store, r.terminal, r.business_day, r.number, c.id AS campaign, i.offer, i.line,
           i.granted_minor AS amount, i.state, i.used_at
      FROM offers.redemption_item AS i
      JOIN offers.redemption AS r USING (redemption_no)
      JOIN offers.store AS s USING (store_no)
      JOIN offers.campaign AS c USING (campaign_no)
     WHERE i.record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY i.used_at, i.redemption_no, i.item
"""
_TRANSACTIONS = """
    SELECT s.code AS store, t.terminal, t.business_day, t.number, t.kind, t.occurred_at, t.currency, t.lines
      FROM offers.till_transaction AS t
      JOIN offers.store AS s USING (store_no)
     WHERE t.record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY t.occurred_at, t.transaction_no
"""
_POINTS = """
    SELECT earned, spent, taken_back, confirms_at, expires_at
      FROM offers.point_lot WHERE record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY lot_no
"""
_POINTS_OWED = """
    SELECT cause, points, settled
      FROM offers.point_debt WHERE record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY debt_no
"""
_CLIPPED = """
    SELECT c.id AS campaign, p.at
      FROM offers.clip AS p JOIN offers.campaign AS c USING (campaign_no)
     WHERE p.record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY p.at, c.id
"""
_TAKEN_ALONG = """
    SELECT campaign, sku, issued_at, expires_at, claimed_at
      FROM offers.offer_token WHERE record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY issued_at, campaign, sku
"""
_SEGMENTS = """
    SELECT segments, region, attributes, consents, to_timestamp(last_visit_at_s) AS last_visit_at, events,
           filled_at
      FROM offers.trait WHERE record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY record_no
"""
_EXPERIMENTS = """
    SELECT campaign, arm, first_at
      FROM offers.exposure WHERE records && CAST(:records AS bigint[])
     ORDER BY campaign, person_no
"""
_SHOWN = """
    SELECT sku, times, to_timestamp(last_at_s) AS last_at
      FROM offers.showing WHERE person_no = ANY (CAST(:records AS bigint[]))
     ORDER BY sku, person_no
"""
_DECISIONS = """
    SELECT d.id, d.at, s.code AS store, d.transaction, d.channel, d.mode, d.answer
      FROM offers.decision AS d LEFT JOIN offers.store AS s USING (store_no)
     WHERE d.record_no = ANY (CAST(:records AS bigint[]))
     ORDER BY d.at, d.id
"""
_HELD: Final = {
    "redemptions": text(_REDEMPTIONS),
    "transactions": text(_TRANSACTIONS),
    "points": text(_POINTS),
    "points_owed": text(_POINTS_OWED),
    "clipped": text(_CLIPPED),
    "taken_along": text(_TAKEN_ALONG),
    "segments": text(_SEGMENTS),
    "experiments": text(_EXPERIMENTS),
    "shown": text(_SHOWN),
    "decisions": text(_DECISIONS),
}


def held(connection: Connection, record_nos: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """What is held about these records, oldest first. The answers of decisions are as they were logged."""
    records = {"records": array(record_nos)}
    return {
        name: [dict(row) for row in connection.execute(statement, records).mappings()]
        for name, statement in _HELD.items()
    }
