"""Offers to take along: 128 random bits that a kiosk gives out and a till or kiosk takes as the offer itself.

No card, no name: a token says which offer of which profile, and nothing else may be shown for it. Single use:
a transaction claims it, and what that transaction redeemed decides whether it is used up, so a voided sale
gives it back.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from offers.catalogue import offer_ids
from offers.model import Only, TransactionKey
from offers.take_along import store_tokens
from offers.take_along.store_tokens import Owner

LASTS_AT_MOST = timedelta(days=14)
LASTS_WITHOUT_END = timedelta(days=1)
"""How long a token works when the offer itself has no end."""

CLAIM_LAPSES = timedelta(minutes=15)
"""How long a till that showed a token keeps it without redeeming anything."""

KEPT_PER_OFFER = 5
"""Looking again must not fill the table: of one offer's unused tokens only so many newest work."""


@dataclass(frozen=True, slots=True)
class Token:
    """A live token: whose offer it is, which one, until when."""

    profile_id: UUID
    only: Only
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Dead:
    """Why a token gives nothing."""

    reason: Literal["unknown", "used", "expired"]


def issue(
    connection: Connection,
    owner: Owner,
    offers: Sequence[tuple[str, datetime | None, bytes]],
    *,
    now: datetime,
) -> None:
    """Store tokens for offers of a profile: (offer id, the offer's end, the token's 16 random bytes) each.

    Raises ValueError for what is no offer id.
    """
    new = []
    for offer, ends_at, token in offers:
        key = offer_ids.parse(offer)
        if key is None:
            raise ValueError(f"{offer!r} is no offer id")
        expires_at = min(ends_at or now + LASTS_WITHOUT_END, now + LASTS_AT_MOST)
        if expires_at > now:
            new.append(store_tokens.New(_digest(token), key.campaign, key.sku, expires_at))
    if new:
        store_tokens.add(connection, owner, new, now=now)
        store_tokens.thin_out(connection, owner, kept=KEPT_PER_OFFER, now=now)


def look_at(connection: Connection, token: bytes, *, now: datetime) -> Token | Dead:
    """Return what a token stands for, without using it."""
    digest = _digest(token)
    row = store_tokens.read(connection, digest)
    if row is None:
        return Dead("unknown")
    if store_tokens.is_held(connection, digest, lapse=CLAIM_LAPSES, now=now):
        return Dead("used")
    return _token(row) if row.expires_at > now else Dead("expired")


def claim(
    connection: Connection, token: bytes, transaction: TransactionKey, *, store_no: int, now: datetime
) -> Token | Dead:
    """Return what a token stands for and let this transaction alone use it; the same one may ask again."""
    row = store_tokens.claim(
        connection, _digest(token), transaction, store_no=store_no, lapse=CLAIM_LAPSES, now=now
    )
    if row is not None:
        return _token(row)
    found = look_at(connection, token, now=now)
    # Free again since the statement above: the till asks again with its next line.
    return found if isinstance(found, Dead) else Dead("used")


def forget(connection: Connection, record_nos: Collection[int]) -> int:
    """Delete the tokens of erased records; return how many there were."""
    return store_tokens.forget(connection, record_nos)


def _token(row: store_tokens.Row) -> Token:
    return Token(row.profile_id, Only(row.campaign, row.sku), row.expires_at)


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
