"""Reads and writes redemptions, their items and the answers they were given.

What every sale asks is prepared: rows that all tills wait for are held while the client works.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, select, update

from offers.model import TransactionKey
from offers.redemptions.redemption import Unit
from offers.store_driver import prepared_rows
from offers.tables import campaign, redemption, redemption_item, store


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


_MAKE_TYPES = (
    "uuid, bigint, text, date, text, integer, text, uuid, bigint, "
    "timestamptz, timestamptz, timestamptz, text[]"
)
_MAKE = """
    INSERT INTO offers.redemption (id, store_no, terminal, business_day, number, revision, state, decision,
                                   record_no, expires_at, occurred_at, received_at, flags)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (store_no, terminal, business_day, number) DO NOTHING
    RETURNING redemption_no, (SELECT version FROM offers.catalogue)
"""


def make(
    connection: Connection,
    store_no: int,
    key: TransactionKey,
    *,
    redemption_id: UUID,
    revision: int,
    state: str,
    occurred_at: datetime,
    received_at: datetime,
    decision: UUID | None = None,
    record_no: int | None = None,
    expires_at: datetime | None = None,
    flags: Sequence[str] = (),
) -> Made | None:
    """Write a new redemption; None when its transaction has one."""
    named = (str(redemption_id), store_no, key.terminal, key.business_day, key.number)
    led_by = str(decision) if decision is not None else None
    times = (expires_at, occurred_at, received_at)
    values = (*named, revision, state, led_by, record_no, *times, list(flags))
    rows = prepared_rows(connection, "offers_make", _MAKE_TYPES, _MAKE, values)
    return Made(*rows[0]) if rows else None


_LOCK = """
    SELECT redemption_no, id, revision, state, decision, record_no, expires_at, flags
      FROM offers.redemption
     WHERE store_no = $1 AND terminal = $2 AND business_day = $3 AND number = $4
       FOR UPDATE
"""


def lock(connection: Connection, store_no: int, key: TransactionKey) -> Booked | None:
    """The redemption of a transaction, locked."""
    values = (store_no, key.terminal, key.business_day, key.number)
    rows = prepared_rows(connection, "offers_lock", "bigint, text, date, text", _LOCK, values)
    if not rows:
        return None
    found = Booked(*rows[0])
    return found._replace(flags=tuple(found.flags))


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


_DECIDE = "UPDATE offers.redemption SET decision = $2, price_time = $3 WHERE redemption_no = $1"


def decide(connection: Connection, redemption_no: int, decision: UUID, price_time: datetime) -> None:
    """Note what a locked redemption was decided by."""
    values = (redemption_no, str(decision), price_time)
    prepared_rows(connection, "offers_decide", "bigint, uuid, timestamptz", _DECIDE, values)


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


_TAKE_TYPES = (
    "bigint, boolean, bigint, date, bigint, text, timestamptz, timestamptz, timestamptz, boolean, jsonb"
)
_TAKE = """
    SELECT item, granted_minor, over_limit, reason
      FROM offers.take($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


def take(
    connection: Connection,
    redemption_no: int,
    wishes: Sequence[Wish],
    *,
    is_fresh: bool,
    store_no: int,
    business_day: date,
    currency: str,
    used_at: datetime,
    now: datetime,
    expires_at: datetime | None,
    facts: bool,
    record_no: int | None,
) -> dict[int, Granted]:
    """Let a locked redemption hold or use what these wishes ask and nothing else; see `sql/take.sql`."""
    where = (redemption_no, is_fresh, store_no, business_day)
    values = (*where, record_no, currency, used_at, now, expires_at, facts, asked(wishes))
    rows = prepared_rows(connection, "offers_take", _TAKE_TYPES, _TAKE, values)
    return {row[0]: Granted(*row) for row in rows}


def asked(wishes: Iterable[Wish]) -> str:
    """Wishes as `offers.take` reads them."""
    before: dict[int, int] = {}
    items = []
    for wish in wishes:
        earlier = before.get(wish.campaign_no, 0)
        items.append({**wish._asdict(), "before_minor": earlier})
        before[wish.campaign_no] = earlier + wish.asked_minor
    return orjson.dumps(items).decode()


_CALL = """
    SELECT digest, answer::text FROM offers.redemption_call
     WHERE redemption_no = $1 AND operation = $2 AND revision = $3
"""


def call(
    connection: Connection, redemption_no: int, operation: str, revision: int
) -> tuple[bytes, str] | None:
    """What was asked (its digest) and answered (JSON) the first time."""
    values = (redemption_no, operation, revision)
    rows = prepared_rows(connection, "offers_call", "bigint, text, integer", _CALL, values)
    return (bytes(rows[0][0]), rows[0][1]) if rows else None


_ADD_CALL_TYPES = "bigint, text, integer, bytea, json, timestamptz"
_ADD_CALL = """
    INSERT INTO offers.redemption_call (redemption_no, operation, revision, digest, answer, at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""


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
    values = (redemption_no, operation, revision, digest, answer, at)
    prepared_rows(connection, "offers_add_call", _ADD_CALL_TYPES, _ADD_CALL, values)


_COMMIT_TYPES = "bigint, text[], timestamptz, bytea, json, timestamptz"
_COMMIT = """
    WITH final AS (
        UPDATE offers.redemption
           SET state = 'committed', expires_at = NULL, flags = $2, occurred_at = $3
         WHERE redemption_no = $1)
    INSERT INTO offers.redemption_call (redemption_no, operation, revision, digest, answer, at)
    VALUES ($1, 'commit', 0, $4, $5, $6)
"""


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
    values = (redemption_no, list(flags), happened_at, digest, answer, at)
    prepared_rows(connection, "offers_commit", _COMMIT_TYPES, _COMMIT, values)


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
