"""Reads and writes codes, their batches, their claims, and clipped coupons."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from offers.model import TransactionKey
from offers.store_driver import driver_cursor
from offers.tables import campaign, clip, code, code_batch


class Batch(NamedTuple):
    """Codes that were made together. `used` counts those that a transaction ever claimed."""

    id: UUID
    campaign: str
    uses_most: int | None
    codes: int
    expires_at: datetime | None
    revoked_at: datetime | None
    author: str
    note: str | None
    at: datetime


class Opened(NamedTuple):
    """What a code (`digest`) or a clipped coupon (None) opens, or why it opens nothing."""

    digest: UUID | None
    campaign_no: int
    reason: str | None


_COLUMNS = (
    code_batch.c.id,
    campaign.c.id.label("campaign"),
    code_batch.c.uses_most,
    code_batch.c.codes,
    code_batch.c.expires_at,
    code_batch.c.revoked_at,
    code_batch.c.author,
    code_batch.c.note,
    code_batch.c.at,
)


def add_batch(connection: Connection, campaign_no: int, batch: Batch) -> int:
    """Write a batch without its codes; return its number."""
    values = {name: value for name, value in batch._asdict().items() if name != "campaign"}
    number: int = connection.execute(
        insert(code_batch).values(campaign_no=campaign_no, **values).returning(code_batch.c.batch_no)
    ).scalar_one()
    return number


def add_codes(connection: Connection, batch_no: int, digests: Iterable[str]) -> None:
    """Write the digests of a batch, in hex, with the quickest that the server has."""
    rows = io.StringIO("".join([f"{digest}\t{batch_no}\n" for digest in digests]))
    with driver_cursor(connection) as cursor:
        cursor.copy_expert("COPY offers.code (digest, batch_no) FROM STDIN", rows)


def has_any(connection: Connection, digests: Sequence[UUID]) -> bool:
    """Whether one of these codes exists already."""
    return (
        connection.execute(select(code.c.digest).where(code.c.digest.in_(digests)).limit(1)).first()
        is not None
    )


def batches(connection: Connection, *, campaign_no: int | None, limit: int) -> tuple[Batch, ...]:
    """The newest batches, of one campaign or of all."""
    query = select(*_COLUMNS).join(campaign, campaign.c.campaign_no == code_batch.c.campaign_no)
    if campaign_no is not None:
        query = query.where(code_batch.c.campaign_no == campaign_no)
    rows = connection.execute(query.order_by(code_batch.c.batch_no.desc()).limit(limit))
    return tuple(Batch(*row) for row in rows)


def revoke(connection: Connection, batch_id: UUID, *, at: datetime) -> bool:
    """End a batch; whether there is one. Revoking again changes nothing."""
    done = connection.execute(
        update(code_batch)
        .where(code_batch.c.id == batch_id)
        .values(revoked_at=func.coalesce(code_batch.c.revoked_at, at))
    )
    return done.rowcount == 1


_OPENED = text("""
    SELECT digest, campaign_no, reason
      FROM offers.opened(CAST(:digests AS uuid[]), CAST(:members AS bigint[]), :store_no, :terminal, :day,
                         :number, :now, :lapsed_at, :claims)
""")


def opened(
    connection: Connection,
    digests: Sequence[UUID],
    members: Sequence[int],
    transaction: TransactionKey | None,
    *,
    store_no: int | None,
    now: datetime,
    lapsed_at: datetime,
    claims: bool,
) -> list[Opened]:
    """What codes and clips open; see `sql/opened.sql`. Unknown codes have no row."""
    rows = connection.execute(
        _OPENED,
        {
            "digests": [str(one) for one in digests],
            "members": list(members),
            "store_no": store_no,
            "terminal": transaction.terminal if transaction is not None else None,
            "day": transaction.business_day if transaction is not None else None,
            "number": transaction.number if transaction is not None else None,
            "now": now,
            "lapsed_at": lapsed_at,
            "claims": claims,
        },
    )
    return [Opened(*row) for row in rows]


def add_clip(connection: Connection, record_no: int, campaign_no: int, *, at: datetime) -> bool:
    """Clip a coupon for a record; whether it was not clipped before."""
    done = connection.execute(
        upsert(clip).values(record_no=record_no, campaign_no=campaign_no, at=at).on_conflict_do_nothing()
    )
    return done.rowcount == 1


def remove_clip(connection: Connection, record_nos: Iterable[int], campaign_no: int) -> None:
    """Put a clipped coupon back."""
    connection.execute(
        delete(clip).where(clip.c.record_no.in_(list(record_nos)), clip.c.campaign_no == campaign_no)
    )


def forget(connection: Connection, record_nos: Iterable[int]) -> None:
    """Delete what these records clipped."""
    connection.execute(delete(clip).where(clip.c.record_no.in_(list(record_nos))))
