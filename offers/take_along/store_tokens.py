"""Reads and writes offers to take along."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, text

from offers.model import TransactionKey
from offers.tables.tokens import offer_token


class Row(NamedTuple):
    """A token as it is stored, without its claim."""

    campaign: str
    sku: str | None
    profile_id: UUID
    expires_at: datetime


class Owner(NamedTuple):
    """Whose offers tokens stand for: a profile and the number of its oldest record."""

    profile_id: UUID
    record_no: int


class New(NamedTuple):
    """A token about to be stored."""

    digest: bytes
    campaign: str
    sku: str | None
    expires_at: datetime


def add(connection: Connection, owner: Owner, tokens: Sequence[New], *, now: datetime) -> None:
    """Store new tokens of one profile."""
    rows = [
        {
            "token_digest": token.digest,
            "campaign": token.campaign,
            "sku": token.sku,
            "profile_id": owner.profile_id,
            "record_no": owner.record_no,
            "issued_at": now,
            "expires_at": token.expires_at,
        }
        for token in tokens
    ]
    connection.execute(insert(offer_token), rows)


_THIN_OUT = text("""
    DELETE FROM offers.offer_token
     WHERE record_no = :record_no
       AND (expires_at <= :now OR token_digest IN (
            SELECT token_digest
              FROM (SELECT token_digest,
                           row_number() OVER (PARTITION BY campaign, sku ORDER BY issued_at DESC) AS place
                      FROM offers.offer_token
                     WHERE record_no = :record_no AND claimed_at IS NULL) AS unclaimed
             WHERE place > :kept))
""")


def thin_out(connection: Connection, owner: Owner, *, kept: int, now: datetime) -> None:
    """Forget a profile's expired tokens, and of the unclaimed ones of each offer all but the newest."""
    connection.execute(_THIN_OUT, {"record_no": owner.record_no, "kept": kept, "now": now})


def read(connection: Connection, digest: bytes) -> Row | None:
    """Return the token with this digest."""
    row = connection.execute(
        select(
            offer_token.c.campaign, offer_token.c.sku, offer_token.c.profile_id, offer_token.c.expires_at
        ).where(offer_token.c.token_digest == digest)
    ).first()
    return Row(*row) if row else None


# What holds a token: its transaction used the campaign, or showed it so lately that it may be about to.
_HELD = """
    (t.claimed_at > :lapsed_at OR EXISTS (
        SELECT FROM offers.redemption AS r JOIN offers.redemption_item AS i USING (redemption_no)
         WHERE r.store_no = t.claimed_store_no AND r.terminal = t.claimed_terminal
           AND r.business_day = t.claimed_day AND r.number = t.claimed_number
           AND split_part(i.offer, '.', 1) = t.campaign AND i.uses > 0
           AND (i.state IN ('committed', 'returned') OR i.state = 'reserved' AND r.expires_at > :now)))
"""

_IS_HELD = text(f"""
    SELECT {_HELD} FROM offers.offer_token AS t WHERE t.token_digest = :digest AND t.claimed_at IS NOT NULL
""")  # noqa: S608  (both parts are written above)

_CLAIM = text(f"""
    UPDATE offers.offer_token AS t
       SET claimed_store_no = :store_no, claimed_terminal = :terminal, claimed_day = :day,
           claimed_number = :number, claimed_at = :now
     WHERE t.token_digest = :digest
       AND ((t.claimed_store_no, t.claimed_terminal, t.claimed_day, t.claimed_number)
            = (:store_no, :terminal, :day, :number)
            OR t.expires_at > :now AND (t.claimed_at IS NULL OR NOT {_HELD}))
    RETURNING t.campaign, t.sku, t.profile_id, t.expires_at
""")  # noqa: S608  (as above)


def is_held(connection: Connection, digest: bytes, *, lapse: timedelta, now: datetime) -> bool:
    """Return whether a transaction uses the token or is about to."""
    found = connection.execute(_IS_HELD, {"digest": digest, "lapsed_at": now - lapse, "now": now}).scalar()
    return bool(found)


def claim(
    connection: Connection,
    digest: bytes,
    transaction: TransactionKey,
    *,
    store_no: int,
    lapse: timedelta,
    now: datetime,
) -> Row | None:
    """Let one transaction have the token; None when it is unknown, expired or another one's.

    One statement, so it holds on a connection that commits each by itself: of two tills that scan the same
    photograph, the second finds the first's claim.
    """
    row = connection.execute(
        _CLAIM,
        {
            "digest": digest,
            "store_no": store_no,
            "terminal": transaction.terminal,
            "day": transaction.business_day,
            "number": transaction.number,
            "lapsed_at": now - lapse,
            "now": now,
        },
    ).first()
    return Row(*row) if row else None


def forget(connection: Connection, record_nos: Iterable[int]) -> int:
    """Delete all tokens of these records' profiles; return how many there were."""
    return connection.execute(
        delete(offer_token).where(offer_token.c.record_no.in_(list(record_nos)))
    ).rowcount
