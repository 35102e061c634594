"""Reads and writes returns, and what a sale's lines and campaigns were."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Connection, insert, text

from offers.marketing.limits import Kind
from offers.model import ONE_UNIT_MILLI, TransactionKey
from offers.redemptions.redemption import Returned
from offers.tables import return_line, sale_return


class Past(NamedTuple):
    """What came back of a line already, and what was refunded for it."""

    quantity_milli: int
    refunded_minor: int


class Back(NamedTuple):
    """What `offers.put_back` is told of an item."""

    item: int
    back: int
    whole: bool


_LINES = text("""
    SELECT e->>'line' AS line, e->>'quantity' AS quantity, CAST(e->>'amount' AS bigint) AS amount
      FROM offers.till_transaction AS t, json_array_elements(t.lines) AS e
     WHERE t.store_no = :store_no AND t.terminal = :terminal AND t.business_day = :day AND t.number = :number
       AND t.kind = 'sale' AND coalesce(e->>'kind', 'sale') = 'sale'
""")


def recorded_lines(connection: Connection, store_no: int, key: TransactionKey) -> dict[str, tuple[int, int]]:
    """The lines of a recorded sale: quantity in thousandths, amount before offers."""
    rows = connection.execute(_LINES, _named(store_no, key))
    return {row.line: (int(Decimal(row.quantity) * ONE_UNIT_MILLI), row.amount) for row in rows}


_PAST = text("""
    SELECT l.line, CAST(sum(l.quantity_milli) AS bigint) AS quantity_milli,
           CAST(sum(l.refunded_minor) AS bigint) AS refunded_minor
      FROM offers.sale_return AS r JOIN offers.return_line AS l USING (return_no)
     WHERE r.redemption_no = :redemption_no
     GROUP BY l.line
""")


def past(connection: Connection, redemption_no: int) -> dict[str, Past]:
    """What came back of a sale so far, by line."""
    rows = connection.execute(_PAST, {"redemption_no": redemption_no})
    return {row.line: Past(row.quantity_milli, row.refunded_minor) for row in rows}


_MADE = text("""
    SELECT digest, answer::text FROM offers.sale_return
     WHERE redemption_no = :redemption_no AND store_no = :store_no AND terminal = :terminal
       AND business_day = :day AND number = :number
""")


def made(
    connection: Connection, redemption_no: int, store_no: int, key: TransactionKey
) -> tuple[bytes, str] | None:
    """What this transaction returned of the sale before: the digest of what was asked, the answer as JSON."""
    row = connection.execute(_MADE, {"redemption_no": redemption_no, **_named(store_no, key)}).one_or_none()
    return (bytes(row[0]), row[1]) if row is not None else None


def add(
    connection: Connection,
    redemption_no: int,
    store_no: int,
    answer: Returned,
    *,
    digest: bytes,
    encoded: str,
    happened_at: datetime,
) -> None:
    """Keep a return with its lines and its first answer."""
    key = answer.transaction
    number = connection.execute(
        insert(sale_return)
        .values(
            id=answer.id,
            redemption_no=redemption_no,
            store_no=store_no,
            terminal=key.terminal,
            business_day=key.business_day,
            number=key.number,
            policy=answer.policy,
            flags=list(answer.flags),
            happened_at=happened_at,
            digest=digest,
            answer=text("CAST(:encoded AS json)").bindparams(encoded=encoded),
        )
        .returning(sale_return.c.return_no)
    ).scalar_one()
    rows = [
        {
            "return_no": number,
            "line": one.line,
            "quantity_milli": one.quantity_milli,
            "due_minor": one.due_minor,
            "refunded_minor": one.refunded_minor,
        }
        for one in answer.lines
    ]
    if rows:
        connection.execute(insert(return_line), rows)


def put_back(connection: Connection, redemption_no: int, items: Sequence[Back]) -> None:
    """Give back what was returned; see `sql/put_back.sql`."""
    if items:
        connection.execute(
            text("SELECT offers.put_back(:redemption_no, CAST(:items AS jsonb))"),
            {
                "redemption_no": redemption_no,
                "items": orjson.dumps([one._asdict() for one in items]).decode(),
            },
        )


def lock_sales(connection: Connection, keys: Iterable[tuple[int, TransactionKey]]) -> None:
    """Lock these sales' redemptions in the order of their numbers."""
    named = [_named(store_no, key) for store_no, key in keys]
    connection.execute(
        text("""
            SELECT redemption_no FROM offers.redemption
             WHERE (store_no, terminal, business_day, number) IN (
                   SELECT store_no, terminal, day, number
                     FROM jsonb_to_recordset(CAST(:keys AS jsonb))
                       AS k (store_no bigint, terminal text, day date, number text))
             ORDER BY redemption_no FOR UPDATE
        """),
        {"keys": orjson.dumps(named).decode()},
    ).all()


def lock_room(
    connection: Connection,
    keys: Iterable[tuple[int, TransactionKey]],
    campaigns: Iterable[str],
    *,
    store_no: int,
    day: date,
) -> None:
    """Lock what these sales were booked in and what these campaigns may take, in the order of everybody."""
    named = [_named(store_no, key) for store_no, key in keys]
    connection.execute(
        text("""
            SELECT capacity_no FROM offers.capacity
             WHERE capacity_no IN (
                   SELECT c.capacity_no
                     FROM offers.claim AS c JOIN offers.redemption AS r USING (redemption_no)
                    WHERE (r.store_no, r.terminal, r.business_day, r.number) IN (
                          SELECT store_no, terminal, day, number
                            FROM jsonb_to_recordset(CAST(:keys AS jsonb))
                              AS k (store_no bigint, terminal text, day date, number text)))
                OR campaign_no IN (SELECT campaign_no FROM offers.campaign WHERE id = ANY (:campaigns))
                   AND (kind >= :uses OR kind = :store_day AND subject = :store AND bucket = :day)
             ORDER BY kind, capacity_no FOR UPDATE
        """),
        {
            "keys": orjson.dumps(named).decode(),
            "campaigns": sorted(campaigns),
            "uses": Kind.USES,
            "store_day": Kind.STORE_DAY,
            "store": str(store_no),
            "day": day.isoformat(),
        },
    ).all()


def ids_of(connection: Connection, store_no: int, key: TransactionKey) -> list[UUID]:
    """The returns that a transaction made."""
    rows = connection.execute(
        text("""
            SELECT id FROM offers.sale_return
             WHERE store_no = :store_no AND terminal = :terminal AND business_day = :day AND number = :number
        """),
        _named(store_no, key),
    )
    return [row.id for row in rows]


def _named(store_no: int, key: TransactionKey) -> dict[str, Any]:
    return {"store_no": store_no, "terminal": key.terminal, "day": key.business_day, "number": key.number}
