"""Reads what tills said and what the ledger booked, offer by offer; keeps what tills say at the day's end."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from offers.reconciliation.report import Closing, Entry
from offers.tables import closing

_ENTRIES = text("""
    WITH said AS (
        SELECT t.store_no, t.business_day, t.terminal, t.number, a.offer, t.currency, t.flags,
               CAST(sum(a.amount_minor) AS bigint) AS minor
          FROM offers.till_transaction AS t,
               json_to_recordset(t.applied) AS a (offer text, amount_minor bigint)
         WHERE t.kind = 'sale' AND t.business_day BETWEEN :since AND :until
           AND (CAST(:store_no AS bigint) IS NULL OR t.store_no = :store_no)
           AND NOT EXISTS (
               SELECT FROM offers.till_transaction AS v
                WHERE v.kind = 'void' AND (v.store_no, v.terminal, v.business_day, v.number)
                                        = (t.store_no, t.terminal, t.business_day, t.number))
         GROUP BY t.store_no, t.business_day, t.terminal, t.number, a.offer, t.currency, t.flags
    ), booked AS (
        SELECT r.store_no, r.business_day, r.terminal, r.number, i.offer, r.state, r.flags,
               min(i.unit) AS unit,
               CAST(coalesce(sum(i.granted_minor)
                             FILTER (WHERE i.state IN ('committed', 'returned')), 0) AS bigint) AS minor,
               CAST(sum(i.returned_minor) AS bigint) AS returned,
               CAST(coalesce(sum(i.granted_minor - i.returned_minor)
                             FILTER (WHERE i.over_limit AND i.state = 'committed'), 0) AS bigint) AS over,
               CAST(coalesce(sum(i.uses) FILTER (WHERE i.state IN ('committed', 'returned')), 0) AS integer)
               AS uses,
               max(i.reason) FILTER (WHERE i.granted_minor < i.desired_minor) AS reason
          FROM offers.redemption AS r JOIN offers.redemption_item AS i USING (redemption_no)
         WHERE r.business_day BETWEEN :since AND :until AND i.state <> 'replaced'
           AND (CAST(:store_no AS bigint) IS NULL OR r.store_no = :store_no)
         GROUP BY r.store_no, r.business_day, r.terminal, r.number, i.offer, r.state, r.flags
    ), given AS (
        SELECT store_no, business_day, terminal, number, offer, said.currency, said.minor AS said,
               booked.minor AS booked, booked.returned, booked.over, booked.uses, booked.state, booked.reason,
               coalesce(booked.flags, said.flags) AS flags
          FROM said FULL JOIN booked USING (store_no, business_day, terminal, number, offer)
         WHERE coalesce(booked.unit, 'money') = 'money' AND (said.minor IS NOT NULL OR booked.minor > 0)
    )
    SELECT s.code AS store, g.business_day AS day, g.terminal, g.number, g.offer,
           coalesce(c.id, '') AS campaign, coalesce(v.content->>'funding', 'retailer') AS funding,
           coalesce(g.currency, s.currency) AS currency, g.said, g.booked,
           coalesce(g.returned, 0) AS returned, coalesce(g.over, 0) AS over, coalesce(g.uses, 0) AS uses,
           coalesce(g.state, k.state) AS state, g.reason, g.flags,
           ARRAY(SELECT CASE q.reason WHEN 'redemption' THEN 'commit_differs' ELSE 'reported_twice' END
                   FROM offers.reconciliation AS q
                  WHERE (q.store_no, q.terminal, q.business_day, q.number)
                        = (g.store_no, g.terminal, g.business_day, g.number)
                  ORDER BY q.reconciliation_no) AS reports
      FROM given AS g
      JOIN offers.store AS s USING (store_no)
      LEFT JOIN offers.redemption AS k USING (store_no, terminal, business_day, number)
      LEFT JOIN offers.campaign AS c ON c.id = split_part(g.offer, '.', 1)
      LEFT JOIN offers.campaign_version AS v
             ON v.campaign_no = c.campaign_no
            AND v.version = CAST(substring(g.offer FROM '^[^.]*[.]([0-9]{1,9})') AS integer)
     ORDER BY s.code, g.business_day, g.terminal, g.number, g.offer
""")


def entries(connection: Connection, since: date, until: date, store_no: int | None) -> Iterator[Entry]:
    """Every offer in every transaction of these business days, by store."""
    rows = connection.execute(_ENTRIES, {"since": since, "until": until, "store_no": store_no})
    for row in rows:
        yield Entry(
            store=row.store,
            day=row.day,
            terminal=row.terminal,
            number=row.number,
            offer=row.offer,
            campaign=row.campaign,
            funding=row.funding,
            currency=row.currency,
            said_minor=row.said,
            booked_minor=row.booked,
            returned_minor=row.returned,
            over_minor=row.over,
            uses=row.uses,
            state=row.state,
            reason=row.reason,
            flags=tuple(row.flags),
            reports=tuple(row.reports),
        )


_CLOSINGS = text("""
    SELECT s.code AS store, k.business_day, k.terminal, g.key AS offer, s.currency,
           CAST(g.value AS bigint) AS minor
      FROM offers.closing AS k JOIN offers.store AS s USING (store_no)
      LEFT JOIN json_each_text(k.given) AS g ON true
     WHERE k.business_day BETWEEN :since AND :until
       AND (CAST(:store_no AS bigint) IS NULL OR store_no = :store_no)
""")


def closings(
    connection: Connection, since: date, until: date, store_no: int | None
) -> tuple[list[Closing], set[tuple[str, date, str]]]:
    """What tills said at the end of these days, and which tills said anything at all."""
    found, closed = [], set()
    for row in connection.execute(_CLOSINGS, {"since": since, "until": until, "store_no": store_no}):
        closed.add((row.store, row.business_day, row.terminal))
        if row.offer is not None:
            found.append(
                Closing(
                    store=row.store,
                    day=row.business_day,
                    terminal=row.terminal,
                    offer=row.offer,
                    currency=row.currency,
                    closed_minor=row.minor,
                )
            )
    return found, closed


def close(
    connection: Connection, store_no: int, terminal: str, day: date, given: Mapping[str, int], *, at: datetime
) -> None:
    """Keep what a till says at the end of a day, in place of what it said before."""
    values: dict[str, Any] = {
        "given": text("CAST(:given AS json)").bindparams(given=orjson.dumps(given).decode()),
        "at": at,
    }
    connection.execute(
        insert(closing)
        .values(store_no=store_no, business_day=day, terminal=terminal, **values)
        .on_conflict_do_update(index_elements=["store_no", "business_day", "terminal"], set_=values)
    )
