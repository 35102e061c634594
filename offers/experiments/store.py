"""Keeps who was dealt which arm, and sums what those persons bought."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from offers.experiments.evidence import Spend
from offers.store_driver import driver_cursor


class Exposure(NamedTuple):
    """A person was dealt an arm."""

    campaign: str
    person_no: int
    arm: str
    records: list[int]
    first_at: datetime


class Dealt(NamedTuple):
    """How many persons were dealt an arm, bought since, and used the campaign; since when, and what they
    paid.
    """

    persons: int
    buyers: int
    users: int
    since: datetime
    spend: tuple[Spend, ...] = ()


class Running(NamedTuple):
    """A campaign that deals arms."""

    campaign: str
    persons: int
    arms: int
    since: datetime


_EXPOSE = """
    INSERT INTO offers.exposure (campaign, person_no, arm, records, first_at) VALUES %s
        ON CONFLICT (campaign, person_no) DO NOTHING
"""


def expose(connection: Connection, exposures: Sequence[Exposure]) -> None:
    """Keep who was dealt what; the first time counts."""
    if exposures:
        with driver_cursor(connection) as cursor:
            execute_values(cursor, _EXPOSE, exposures, page_size=len(exposures))


def forget(connection: Connection, record_nos: Iterable[int]) -> None:
    """Take erased persons out of all experiments."""
    connection.execute(
        text("DELETE FROM offers.exposure WHERE records && CAST(:records AS bigint[])"),
        {"records": list(record_nos)},
    )


_RUNNING = text("""
    SELECT campaign, count(*) AS persons, count(DISTINCT arm) AS arms, min(first_at) AS since
      FROM offers.exposure GROUP BY campaign ORDER BY campaign
""")


def running(connection: Connection) -> list[Running]:
    """The campaigns that dealt anybody an arm."""
    return [Running(*row) for row in connection.execute(_RUNNING)]


# A sale that was voided did not happen. What a line says is the price before our offers; they are taken off.
_DEALT = text("""
    WITH sale AS (
        SELECT e.arm, e.person_no, t.currency, t.kind, t.redemption_no,
               (SELECT sum((line ->> 'amount')::bigint
                           * CASE WHEN t.kind = 'return' OR line ->> 'kind' = 'return' THEN -1 ELSE 1 END)
                  FROM json_array_elements(t.lines) AS line) AS amount_minor
          FROM offers.exposure AS e
          JOIN offers.till_transaction AS t ON t.record_no = ANY (e.records) AND t.occurred_at >= e.first_at
         WHERE e.campaign = :campaign AND t.kind <> 'void'
           AND NOT EXISTS (SELECT FROM offers.till_transaction AS v
                            WHERE (v.store_no, v.terminal, v.business_day, v.number)
                                = (t.store_no, t.terminal, t.business_day, t.number) AND v.kind = 'void')
    ), item AS (
        SELECT s.arm, s.person_no, s.currency, c.id AS campaign, i.granted_minor - i.returned_minor AS minor
          FROM sale AS s
          JOIN offers.redemption_item AS i USING (redemption_no)
          JOIN offers.campaign AS c USING (campaign_no)
         WHERE i.unit = 'money' AND i.state IN ('committed', 'returned')
    ), part AS (
        SELECT arm, person_no, currency, amount_minor, 0::bigint AS off_minor FROM sale
        UNION ALL
        SELECT arm, person_no, currency, 0, minor FROM item
    ), person AS (
        SELECT arm, currency, sum(amount_minor - off_minor)::bigint AS paid, sum(off_minor)::bigint AS off
          FROM part GROUP BY arm, currency, person_no
    ), spent AS (
        SELECT arm, currency, sum(paid)::bigint AS paid, sum(paid::numeric * paid)::numeric AS squares,
               sum(off)::bigint AS off
          FROM person GROUP BY arm, currency
    ), dealt AS (
        SELECT e.arm, count(*) AS persons,
               count(*) FILTER (WHERE e.person_no IN (SELECT person_no FROM sale WHERE kind = 'sale'))
                   AS buyers,
               count(*) FILTER (WHERE e.person_no IN (SELECT person_no FROM item WHERE campaign = :campaign))
                   AS users,
               min(e.first_at) AS since
          FROM offers.exposure AS e WHERE e.campaign = :campaign
         GROUP BY e.arm
    )
    SELECT arm, persons, buyers, users, since, currency, paid, squares, off
      FROM dealt LEFT JOIN spent USING (arm)
     ORDER BY arm, currency
""")


def dealt(connection: Connection, campaign: str) -> dict[str, Dealt]:
    """The arms that anybody was dealt, and what has come of them since."""
    found: dict[str, Dealt] = {}
    for arm, *counts, currency, paid_minor, squares, discount_minor in connection.execute(
        _DEALT, {"campaign": campaign}
    ):
        one = found.get(arm) or Dealt(*counts)
        if currency is not None:
            spend = Spend(
                currency=currency, paid_minor=paid_minor, squares=int(squares), discount_minor=discount_minor
            )
            one = one._replace(spend=(*one.spend, spend))
        found[arm] = one
    return found
