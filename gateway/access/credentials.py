"""From a request to a principal. The invariant: a key that was revoked before a request began never gets an
answer.

Ordinary routes read the key's row with every request. The till route uses what this worker remembers and
compares the version of all keys, which comes with the read it makes anyway; only when the version moved is
the row read again.
"""

import datetime as dt
import hmac
from dataclasses import dataclass

from flask import Request
from sqlalchemy.engine.interfaces import DBAPICursor as Cursor

from gateway.access import keys, store_keys
from gateway.access.security import Principal, Scope
from gateway.wire.problems import Problem

REMEMBERED = 20_000
"""Keys one worker remembers: more than a chain has tills."""

SEE_DOCS = "Send it as `Authorization: Bearer o2o_...`."


@dataclass(frozen=True, slots=True)
class Known:
    """A checked principal, until when it holds by itself, and the version of all keys it was read at."""

    principal: Principal
    expires_at: dt.datetime | None
    version: int


def bearer(request: Request) -> str | None:
    """The key of an Authorization: Bearer header."""
    header = request.environ.get("HTTP_AUTHORIZATION", "")
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def basic_user(request: Request) -> str | None:
    """The user name of an Authorization: Basic header, where Segment's clients put the key."""
    given = request.authorization
    if given is None or given.type != "basic":
        return None
    return given.username or None


class KeyRing:
    """The keys this worker has seen. Threads may race: each entry is a value that is replaced as a whole."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], Known] = {}

    def remembered(self, token: str, *, now: dt.datetime) -> Known | None:
        """What this worker knows of the token, not yet compared with the present version."""
        parts = keys.split(token)
        known = self._known.get(parts) if parts is not None else None
        if known is None or (known.expires_at is not None and known.expires_at <= now):
            return None
        return known

    def check(self, cursor: Cursor, token: str, *, now: dt.datetime) -> Known:
        """Reads the key's row. Raises Problem bad_key: one sentence for unknown, revoked and expired, but for
        the owner's log.
        """
        parts = keys.split(token)
        if parts is None:
            raise Problem("bad_key", f"This is not one of our keys. {SEE_DOCS}")
        key_id, digest = parts
        row = store_keys.check(cursor, key_id)
        stored, scopes, source, stores, distinct, misses, expires_at, revoked_at, version = row
        if stored is None or not hmac.compare_digest(bytes(stored), digest):
            self._known.pop(parts, None)
            raise Problem("bad_key", f"This is not one of our keys. {SEE_DOCS}")
        if revoked_at is not None or (expires_at is not None and expires_at <= now):
            self._known.pop(parts, None)
            raise Problem("bad_key", "This key was revoked or has expired; ask for a new one.")
        known = Known(
            principal=Principal(
                key_id=key_id,
                scopes=frozenset(Scope(scope) for scope in scopes),
                source=source,
                stores=frozenset(stores) if stores is not None else None,
                distinct_per_minute=distinct,
                misses_per_minute=misses,
            ),
            expires_at=expires_at,
            version=version,
        )
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[parts] = known
        return known

    def confirm(self, cursor: Cursor, token: str, known: Known, *, version: int, now: dt.datetime) -> None:
        """Compares the version of all keys that came with another read. Raises Problem bad_key when the key
        is gone since.
        """
        if version != known.version:
            self.check(cursor, token, now=now)
