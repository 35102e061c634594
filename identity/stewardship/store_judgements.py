"""Judgements as rows: appended; of the decisions about one pair of sets one is live."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection


def append(
    connection: Connection,
    *,
    lock: int,
    pair: UUID,
    left_nos: Sequence[int],
    right_nos: Sequence[int],
    verdict: str,
    reason: str,
    author: str,
    now: datetime,
) -> int:
    """Writes a judgement down in place of the live one about the same two sets, and returns its number."""
    connection.exec_driver_sql("select identity.take_records(%s::int8[])", ([lock],))
    connection.exec_driver_sql(
        "with ended as (update identity.judgement set superseded_at = %s"
        " where pair = %s and superseded_at is null returning judgement_no)"
        " delete from identity.judged d using ended where d.judgement_no = ended.judgement_no",
        (now, pair),
    )
    number: int = connection.exec_driver_sql(
        "insert into identity.judgement (left_nos, right_nos, pair, verdict, reason, author, at)"
        " values (%s::int8[], %s::int8[], %s, %s, %s, %s, %s) returning judgement_no",
        (list(left_nos), list(right_nos), pair, verdict, reason, author, now),
    ).scalar_one()
    _name(connection, number, {*left_nos, *right_nos})
    return number


def _name(connection: Connection, judgement_no: int, numbers: Collection[int]) -> None:
    connection.exec_driver_sql(
        "with n as (insert into identity.judged (record_no, judgement_no)"
        " select n, %s from unnest(%s::int8[]) n returning record_no)"
        " update identity.record r set judged = true from n where r.record_no = n.record_no and not r.judged",
        (judgement_no, sorted(numbers)),
    )
