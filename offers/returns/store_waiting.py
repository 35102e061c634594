"""Reads and writes returns whose sale the ledger does not have yet."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, text

from offers.model import TransactionKey
from offers.redemptions.redemption import Sale
from offers.tables import waiting_return


class Due(NamedTuple):
    """A recorded return, and the sale that it waited for."""

    recorded: Sale
    sale: TransactionKey
    happened_at: datetime


def add(connection: Connection, transaction_no: int, sales: Iterable[tuple[int, TransactionKey]]) -> None:
    """Let a recorded transaction wait for the sales its goods come from, each with its store's number."""
    rows = [
        {
            "transaction_no": transaction_no,
            "store_no": store_no,
            "terminal": sale.terminal,
            "business_day": sale.business_day,
            "number": sale.number,
        }
        for store_no, sale in sales
    ]
    if rows:
        connection.execute(insert(waiting_return), rows)


def drop(connection: Connection, store_no: int, key: TransactionKey) -> None:
    """Let nothing of a transaction wait any more: it was cancelled."""
    connection.execute(
        text("""
            DELETE FROM offers.waiting_return AS w
             USING offers.till_transaction AS t
             WHERE w.transaction_no = t.transaction_no
               AND (t.store_no, t.terminal, t.business_day, t.number)
                   = (:store_no, :terminal, CAST(:day AS date), :number)
        """),
        {"store_no": store_no, "terminal": key.terminal, "day": key.business_day, "number": key.number},
    )


_TAKE_NEXT = text("""
    WITH next AS (
        SELECT w.ctid
          FROM offers.waiting_return AS w
          JOIN offers.redemption AS r USING (store_no, terminal, business_day, number)
         WHERE r.state = 'committed'
         ORDER BY w.transaction_no LIMIT 1
           FOR UPDATE OF w SKIP LOCKED
    ), taken AS (
        DELETE FROM offers.waiting_return AS w USING next WHERE w.ctid = next.ctid RETURNING w.*
    )
    SELECT b.code AS back_store, t.terminal AS back_terminal, t.business_day AS back_day,
           t.number AS back_number, t.currency, t.lines, t.occurred_at, s.code, w.terminal, w.business_day,
           w.number
      FROM taken AS w
      JOIN offers.till_transaction AS t USING (transaction_no)
      JOIN offers.store AS b ON b.store_no = t.store_no
      JOIN offers.store AS s ON s.store_no = w.store_no
""")


def take_next(connection: Connection) -> Due | None:
    """A return whose sale has come; it waits no longer. None when there is none that nobody else works on."""
    row = connection.execute(_TAKE_NEXT).one_or_none()
    if row is None:
        return None
    back = TransactionKey(row.back_store, row.back_terminal, row.back_day, row.back_number)
    recorded = Sale(transaction=back, kind="return", currency=row.currency, lines=tuple(row.lines))
    sale = TransactionKey(row.code, row.terminal, row.business_day, row.number)
    return Due(recorded, sale, row.occurred_at)


_FORGET = text("""
    DELETE FROM offers.waiting_return AS w
     USING offers.till_transaction AS t
     WHERE w.transaction_no = t.transaction_no AND t.received_at < :before
""")


def forget(connection: Connection, *, before: datetime) -> None:
    """Give up waiting for sales whose goods came back before this."""
    connection.execute(_FORGET, {"before": before})


_IS_RECORDED = text("""
    SELECT EXISTS (SELECT FROM offers.till_transaction
                    WHERE (store_no, terminal, business_day, number, kind)
                          = (:store_no, :terminal, CAST(:day AS date), :number, :kind))
""")


def is_recorded(connection: Connection, store_no: int, key: TransactionKey, kind: str) -> bool:
    """Whether a till has reported this sale, return or void."""
    named = {"store_no": store_no, "terminal": key.terminal, "day": key.business_day, "number": key.number}
    found: bool = connection.execute(_IS_RECORDED, {**named, "kind": kind}).scalar_one()
    return found
