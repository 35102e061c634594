"""API keys: `o2o_<id>_<secret>`, 256 random bits, of which the database keeps a SHA-256 only.

A slow password hash would add nothing: a random 256-bit secret cannot be guessed, and a till asks thousands
of times an hour.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from gateway.access import store_keys
from gateway.access.security import Scope
from gateway.wire.errors import InvalidGrantError, UnknownKeyError

PREFIX = "o2o"
OVERLAP = dt.timedelta(days=7)
"""How long a rotated key still works, so that thousands of tills can be told one after the other."""

MAX_BULK = 100_000
_ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a new key may do; bounds of None mean none, limits of None the defaults, limits of 0 no limit."""

    name: str
    scopes: frozenset[Scope]
    source: str | None = None
    stores: tuple[str, ...] | None = None
    expires_at: dt.datetime | None = None
    distinct_per_minute: int | None = None
    misses_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key in the only moment in which its token is known."""

    key_id: str
    name: str
    token: str = field(repr=False)


def split(token: str) -> tuple[str, bytes] | None:
    """The id and the digest of a token; None if it has not the form of one."""
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not key_id or not secret or len(token) > 200 or not token.isascii():
        return None
    return key_id, digest(secret)


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def issue(connection: Connection, grant: Grant, *, now: dt.datetime) -> NewKey:
    """Makes one key. Raises InvalidGrantError."""
    return issue_many(connection, [grant], now=now)[0]


def issue_many(connection: Connection, grants: Sequence[Grant], *, now: dt.datetime) -> list[NewKey]:
    """Makes many keys, all or none: one for each till, say. Raises InvalidGrantError."""
    if len(grants) > MAX_BULK:
        raise InvalidGrantError(f"At most {MAX_BULK:,} keys at a time.")
    made = [_row(grant, now=now) for grant in grants]
    if made:
        store_keys.add(connection, [row for _, row in made])
    return [key for key, _ in made]


def revoke(connection: Connection, key_id: str, *, now: dt.datetime) -> None:
    """Ends a key at once, on all workers. Raises UnknownKeyError."""
    if not store_keys.revoke(connection, key_id, now=now):
        raise UnknownKeyError


def rotate(
    connection: Connection, key_id: str, *, now: dt.datetime, overlap: dt.timedelta = OVERLAP
) -> NewKey:
    """Makes a successor that may do the same; the old key ends after the overlap. Raises UnknownKeyError."""
    old = store_keys.find(connection, key_id)
    if old is None or old.revoked_at is not None:
        raise UnknownKeyError
    grant = Grant(
        name=old.name,
        scopes=frozenset(Scope(scope) for scope in old.scopes),
        source=old.source,
        stores=tuple(old.stores) if old.stores is not None else None,
        distinct_per_minute=old.distinct_per_minute,
        misses_per_minute=old.misses_per_minute,
    )
    key, row = _row(grant, now=now)
    store_keys.add(connection, [row | {"replaces": key_id}])
    store_keys.expire(connection, key_id, at=now + overlap)
    return key


def listing(connection: Connection, *, revoked: bool = False) -> Sequence[Row[Any]]:
    """All keys as they may be shown: without anything secret."""
    return store_keys.everything(connection, revoked=revoked)


def _row(grant: Grant, *, now: dt.datetime) -> tuple[NewKey, dict[str, Any]]:
    _check(grant)
    key_id = "".join(secrets.choice(_ID_ALPHABET) for _ in range(12))
    secret = secrets.token_hex(32)
    row = {
        "key_id": key_id,
        "secret_digest": digest(secret),
        "name": grant.name,
        "scopes": sorted(grant.scopes),
        "source": grant.source,
        "stores": sorted(grant.stores) if grant.stores is not None else None,
        "distinct_per_minute": grant.distinct_per_minute,
        "misses_per_minute": grant.misses_per_minute,
        "created_at": now,
        "expires_at": grant.expires_at,
        "revoked_at": None,
        "replaces": None,
    }
    return NewKey(key_id=key_id, name=grant.name, token=f"{PREFIX}_{key_id}_{secret}"), row


def _check(grant: Grant) -> None:
    if not grant.scopes:
        raise InvalidGrantError("Give the key at least one scope.")
    if grant.stores is not None and not grant.stores:
        raise InvalidGrantError("Name at least one store, or leave the stores out for all.")
    if Scope.INGEST_PUBLIC in grant.scopes and len(grant.scopes) > 1:
        raise InvalidGrantError(
            "A public key stands in every visitor's browser: ingest_public must be its only scope."
        )
    if Scope.INGEST_PUBLIC in grant.scopes and grant.source is None:
        raise InvalidGrantError("A public key must be bound to a source.")
    if Scope.KIOSK in grant.scopes and (grant.stores is None or len(grant.stores) != 1):
        raise InvalidGrantError("A kiosk key must be bound to exactly one store.")
