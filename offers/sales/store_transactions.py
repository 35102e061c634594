"""Reads and writes recorded transactions, and what tills reported otherwise."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from offers.clock import Settled
from offers.redemptions.redemption import Clocks, Recorded, Sale
from offers.store_driver import driver_cursor
from offers.tables import reconciliation, redemption, till_transaction


class Found(NamedTuple):
    """A recorded transaction: the digest of its content and its first answer as JSON."""

    digest: bytes
    answer: str


class Kept(NamedTuple):
    """A sale that nothing follows from, as it is to be stored; `answer` is JSON."""

    sale: Sale
    store_no: int
    transaction_id: UUID
    digest: bytes
    settled: Settled
    clocks: Clocks
    answer: str


def make(
    connection: Connection,
    sale: Sale,
    store_no: int,
    transaction_id: UUID,
    *,
    digest: bytes,
    settled: Settled,
    clocks: Clocks,
) -> int | None:
    """Store a transaction and return its number; None when it is there already. The answer follows."""
    return connection.execute(
        insert(till_transaction)
        .values(
            **_key(sale, store_no),
            id=transaction_id,
            kind=sale.kind,
            stated_at=clocks.occurred_at or clocks.received_at,
            occurred_at=settled.happened_at,
            received_at=clocks.received_at,
            currency=sale.currency,
            lines=list(sale.lines),
            tenders=list(sale.tenders),
            applied=[_applied(sale, place) for place in range(len(sale.applied))],
            record_no=sale.record_no,
            flags=[],
            digest=digest,
            answer={},
        )
        .on_conflict_do_nothing(index_elements=["store_no", "terminal", "business_day", "number", "kind"])
        .returning(till_transaction.c.transaction_no)
    ).scalar()


def make_plain(connection: Connection, sales: Sequence[Kept]) -> set[UUID]:
    """Store sales that nothing follows from, with their answers; the ids of those that were not there."""
    rows = sorted(
        map(_plain_row, sales), key=itemgetter(1, 2, 3, 4)
    )  # so that two writers never wait in a circle
    with driver_cursor(connection) as cursor:
        cursor.execute(_MAKE_PLAIN, [list(column) for column in zip(*rows, strict=True)])
        return {UUID(found) for (found,) in cursor.fetchall()}


_MAKE_PLAIN = """
    INSERT INTO offers.till_transaction
           (id, store_no, terminal, business_day, number, kind, stated_at, occurred_at, received_at, currency,
            lines, tenders, applied, record_no, flags, digest, answer)
    SELECT id, store_no, terminal, business_day, number, 'sale', stated_at, occurred_at, received_at,
           currency, lines, tenders, '[]', record_no, string_to_array(flags, ','), decode(digest, 'hex'),
           answer
      FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::date[], %s::text[], %s::timestamptz[],
                  %s::timestamptz[], %s::timestamptz[], %s::text[], %s::json[], %s::json[],
                  %s::bigint[], %s::text[], %s::text[], %s::json[])
        AS new (id, store_no, terminal, business_day, number, stated_at, occurred_at, received_at, currency,
                lines, tenders, record_no, flags, digest, answer)
        ON CONFLICT (store_no, terminal, business_day, number, kind) DO NOTHING
    RETURNING id::text
"""


def _plain_row(one: Kept) -> tuple[Any, ...]:
    key, clocks = one.sale.transaction, one.clocks
    return (
        str(one.transaction_id),
        one.store_no,
        key.terminal,
        key.business_day,
        key.number,
        clocks.occurred_at or clocks.received_at,
        one.settled.happened_at,
        clocks.received_at,
        one.sale.currency,
        msgspec.json.encode(one.sale.lines).decode(),
        msgspec.json.encode(one.sale.tenders).decode(),
        one.sale.record_no,
        ",".join(sorted(one.settled.flags)),
        one.digest.hex(),
        one.answer,
    )


def keep_answer(connection: Connection, transaction_no: int, answer: str, recorded: Recorded) -> None:
    """Add the first answer to a transaction just stored, and tie it to its redemption."""
    held = recorded.redemption
    number = None
    if held is not None:
        number = connection.execute(
            select(redemption.c.redemption_no).where(redemption.c.id == held.id)
        ).scalar_one()
    connection.execute(
        text("""
            UPDATE offers.till_transaction
               SET answer = CAST(:answer AS json), flags = :flags, redemption_no = :redemption_no
             WHERE transaction_no = :transaction_no
        """),
        {
            "answer": answer,
            "flags": list(recorded.flags),
            "redemption_no": number,
            "transaction_no": transaction_no,
        },
    )


def read(connection: Connection, sale: Sale, store_no: int) -> Found:
    """The stored transaction with this one's key and kind; whoever is just writing it is waited for."""
    key = _key(sale, store_no)
    row = connection.execute(
        text("""
            SELECT digest, answer::text FROM offers.till_transaction
             WHERE store_no = :store_no AND terminal = :terminal AND business_day = :business_day
               AND number = :number AND kind = :kind
        """),
        {**key, "kind": sale.kind},
    ).one()
    return Found(bytes(row[0]), row[1])


def read_by_id(connection: Connection, transaction_id: UUID) -> str | None:
    """The first answer to the transaction with this id, as JSON."""
    found: str | None = connection.execute(
        text("SELECT answer::text FROM offers.till_transaction WHERE id = :id"), {"id": transaction_id}
    ).scalar()
    return found


def add_reconciliation(
    connection: Connection,
    sale: Sale,
    store_no: int,
    *,
    reason: str,
    content: str,
    digest: bytes,
    at: datetime,
) -> None:
    """Keep what a till reports beside what is stored, for a person to look at; once for the same content."""
    connection.execute(
        insert(reconciliation)
        .values(
            **_key(sale, store_no),
            reason=reason,
            content=text("CAST(:content AS json)").bindparams(content=content),
            digest=digest,
            at=at,
        )
        .on_conflict_do_nothing()
    )


def _key(sale: Sale, store_no: int) -> Mapping[str, Any]:
    key = sale.transaction
    return {
        "store_no": store_no,
        "terminal": key.terminal,
        "business_day": key.business_day,
        "number": key.number,
    }


def _applied(sale: Sale, place: int) -> Mapping[str, Any]:
    one = sale.applied[place]
    return {
        "offer": one.offer,
        "line": one.line,
        "quantity_milli": one.quantity_milli,
        "amount_minor": one.amount_minor,
    }
