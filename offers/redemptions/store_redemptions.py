"""Reads and writes redemptions, their items and the answers they were given."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from offers.model import TransactionKey
from offers.redemptions.redemption import Unit
from offers.tables import campaign, catalogue, redemption, redemption_item, store


class Booked(NamedTuple):
    """A redemption as it is stored."""

    redemption_no: int
    id: UUID
    revision: int
    state: str
    decision: UUID | None
    record_no: int | None
    expires_at: datetime | None
    flags: tuple[str, ...]


class Wish(NamedTuple):
    """A line's share of an offer as `offers.take` is asked for it."""

    item: int
    campaign_no: int
    offer: str
    line: str
    quantity_milli: int
    desired_minor: int
    asked_minor: int
    reason: str | None = None
    over: bool = False
    unit: Unit = "money"
    code: str | None = None
    code_uses: int | None = None


class Granted(NamedTuple):
    """What `offers.take` gave for a wish."""

    item: int
    granted_minor: int
    over_limit: bool
    reason: str | None


_COLUMNS = tuple(
    redemption.c[name] for name in ("redemption_no", "id", "revision", "state", "decision", "record_no",
                                    "expires_at", "flags")
)  # fmt: skip


class Made(NamedTuple):
    """A new redemption, and the catalogue's version when it was made: whoever goes on knows what is live."""

    redemption_no: int
    catalogue: int


def make(connection: Connection, store_no: int, key: TransactionKey, **values: Any) -> Made | None:
    """Write a new redemption; None when its transaction has one."""
    row = connection.execute(
        upsert(redemption)
        .values(
            store_no=store_no,
            terminal=key.terminal,
            business_day=key.business_day,
            number=key.number,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["store_no", "terminal", "business_day", "number"])
        .returning(redemption.c.redemption_no, select(catalogue.c.version).scalar_subquery())
    ).one_or_none()
    return Made(*row) if row is not None else None


def lock(connection: Connection, store_no: int, key: TransactionKey) -> Booked | None:
    """The redemption of a transaction, locked."""
    row = connection.execute(
        select(*_COLUMNS)
        .where(
            redemption.c.store_no == store_no,
            redemption.c.terminal == key.terminal,
            redemption.c.business_day == key.business_day,
            redemption.c.number == key.number,
        )
        .with_for_update()
    ).one_or_none()
    return _booked(row) if row is not None else None


def read(connection: Connection, redemption_id: UUID) -> tuple[Booked, TransactionKey] | None:
    """The redemption with this id and its transaction."""
    row = connection.execute(
        select(
            *_COLUMNS,
            store.c.code,
            redemption.c.terminal,
            redemption.c.business_day,
            redemption.c.number,
        )
        .join(store, store.c.store_no == redemption.c.store_no)
        .where(redemption.c.id == redemption_id)
    ).one_or_none()
    if row is None:
        return None
    return _booked(row), TransactionKey(row.code, row.terminal, row.business_day, row.number)


def change(connection: Connection, redemption_no: int, **values: Any) -> None:
    """Change a locked redemption."""
    connection.execute(update(redemption).where(redemption.c.redemption_no == redemption_no).values(**values))


def add_flags(connection: Connection, redemption_no: int, flags: Sequence[str]) -> None:
    """Add flags that a locked redemption does not have yet."""
    connection.execute(
        text("""
            UPDATE offers.redemption
               SET flags = flags || ARRAY(SELECT f FROM unnest(CAST(:flags AS text[])) AS f
                                           WHERE f <> ALL (flags))
             WHERE redemption_no = :redemption_no
        """),
        {"redemption_no": redemption_no, "flags": list(flags)},
    )


def items(connection: Connection, redemption_no: int) -> Sequence[Row[Any]]:
    """The items of a redemption with their campaigns' ids, in order."""
    return connection.execute(
        select(redemption_item, campaign.c.id.label("campaign"))
        .join(campaign, campaign.c.campaign_no == redemption_item.c.campaign_no)
        .where(redemption_item.c.redemption_no == redemption_no)
        .order_by(redemption_item.c.item)
    ).all()


def set_items(
    connection: Connection,
    redemption_no: int,
    state: str,
    *,
    was: Sequence[str],
    kept: Iterable[int] = (),
) -> None:
    """Move a locked redemption's items from these states to another, all but the kept ones."""
    connection.execute(
        update(redemption_item)
        .where(
            redemption_item.c.redemption_no == redemption_no,
            redemption_item.c.state.in_(was),
            redemption_item.c.item.not_in(list(kept)),
        )
        .values(state=state)
    )


_TAKE = text("""
    SELECT item, granted_minor, over_limit, reason
      FROM offers.take(:redemption_no, :record_no, :currency, :used_at, :now, :expires_at, :facts,
                       CAST(:items AS jsonb))
""")


def take(
    connection: Connection,
    redemption_no: int,
    wishes: Sequence[Wish],
    *,
    currency: str,
    used_at: datetime,
    now: datetime,
    expires_at: datetime | None,
    facts: bool,
    record_no: int | None,
) -> dict[int, Granted]:
    """Let a locked redemption hold or use what these wishes ask and nothing else; see `sql/take.sql`."""
    rows = connection.execute(
        _TAKE,
        {
            "redemption_no": redemption_no,
            "record_no": record_no,
            "currency": currency,
            "used_at": used_at,
            "now": now,
            "expires_at": expires_at,
            "facts": facts,
            "items": orjson.dumps([wish._asdict() for wish in wishes]).decode(),
        },
    )
    return {row.item: Granted(*row) for row in rows}


def call(
    connection: Connection, redemption_no: int, operation: str, revision: int
) -> tuple[bytes, str] | None:
    """What was asked (its digest) and answered (JSON) the first time."""
    row = connection.execute(
        text("""
            SELECT digest, answer::text FROM offers.redemption_call
             WHERE redemption_no = :redemption_no AND operation = :operation AND revision = :revision
        """),
        {"redemption_no": redemption_no, "operation": operation, "revision": revision},
    ).one_or_none()
    return (bytes(row[0]), row[1]) if row is not None else None


def add_call(
    connection: Connection,
    redemption_no: int,
    operation: str,
    revision: int,
    *,
    digest: bytes,
    answer: str,
    at: datetime,
) -> None:
    """Remember the first answer."""
    connection.execute(
        text("""
            INSERT INTO offers.redemption_call (redemption_no, operation, revision, digest, answer, at)
            VALUES (:redemption_no, :operation, :revision, :digest, CAST(:answer AS json), :at)
        """),
        {
            "redemption_no": redemption_no,
            "operation": operation,
            "revision": revision,
            "digest": digest,
            "answer": answer,
            "at": at,
        },
    )


def commit_with_call(
    connection: Connection,
    redemption_no: int,
    *,
    flags: Sequence[str],
    happened_at: datetime,
    digest: bytes,
    answer: str,
    at: datetime,
) -> None:
    """Make a locked redemption final and remember the answer to its commit."""
    connection.execute(
        text("""
            WITH final AS (
                UPDATE offers.redemption
                   SET state = 'committed', expires_at = NULL, flags = CAST(:flags AS text[]),
                       occurred_at = :happened_at
                 WHERE redemption_no = :redemption_no)
            INSERT INTO offers.redemption_call (redemption_no, operation, revision, digest, answer, at)
            VALUES (:redemption_no, 'commit', 0, :digest, CAST(:answer AS json), :at)
        """),
        {
            "redemption_no": redemption_no,
            "flags": list(flags),
            "happened_at": happened_at,
            "digest": digest,
            "answer": answer,
            "at": at,
        },
    )


def _booked(row: Any) -> Booked:
    return Booked(
        row.redemption_no,
        row.id,
        row.revision,
        row.state,
        row.decision,
        row.record_no,
        row.expires_at,
        tuple(row.flags),
    )
