"""Signed identity tokens: how a shop's server vouches for whom its page has signed in, without the page
holding a secret.

A browser's key is public, so what it says about itself is only asserted. The shop signs `{"sub": account id,
"exp": ...}` as a JWT (HS256) with the secret of its source and puts it into the page as
`context.identity_token`; then the account, and the e-mail and phone inside the token, count as authenticated.
The secret is derived from the installation's own keys and its turn, so only the turn is stored; a new
generation of keys changes all secrets, and the earlier ones stay good as long as their generation is kept.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gateway.access.secrets_file import FIRST_TURN, Secrets

LONGEST: Final = dt.timedelta(days=1)
"""A token that is good for longer is refused: it would be a password in a page."""

CLOCKS_APART: Final = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a shop's server says about whom its page has signed in."""

    account: str
    email: str | None = None
    phone: str | None = None


def secret(secrets: Secrets, source: str) -> str:
    """The source's newest secret, to be set in the shop's configuration."""
    _, newest = secrets.token_turns.get(source, FIRST_TURN)
    return _secret(secrets.newest.pepper, source, newest)


def verify(token: str, secrets: Secrets, source: str, *, now: dt.datetime) -> Vouched | None:
    """What the token vouches for; None when it is forged, damaged, expired or good for too long."""
    head, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    if not head or not payload or not signature:
        return None
    header, claims = _json(head), _json(payload)
    given = _bytes(signature)
    if header is None or claims is None or given is None or header.get("alg") != "HS256":
        return None
    signed = f"{head}.{payload}".encode()
    if not any(
        hmac.compare_digest(hmac.digest(known.encode(), signed, hashlib.sha256), given)
        for known in _secrets(secrets, source)
    ):
        return None
    return _vouched(claims, now=now)


def _secrets(secrets: Secrets, source: str) -> Iterable[str]:
    oldest, newest = secrets.token_turns.get(source, FIRST_TURN)
    return (
        _secret(version.pepper, source, turn)
        for version in secrets.versions.values()
        for turn in range(oldest, newest + 1)
    )


def _secret(pepper: bytes, source: str, turn: int) -> str:
    return hmac.digest(pepper, f"identity_token\n{source}\n{turn}".encode(), hashlib.sha256).hex()


def _vouched(claims: dict[str, Any], *, now: dt.datetime) -> Vouched | None:
    account, expires = claims.get("sub"), claims.get("exp")
    if not isinstance(account, str) or not 0 < len(account) <= 255 or "\x00" in account:
        return None
    if isinstance(expires, bool) or not isinstance(expires, int):
        return None
    left_s = expires - now.timestamp()
    if not -CLOCKS_APART.total_seconds() < left_s <= (LONGEST + CLOCKS_APART).total_seconds():
        return None
    return Vouched(account=account, email=_text(claims.get("email")), phone=_text(claims.get("phone")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 320 and "\x00" not in value else None


def _json(part: str) -> dict[str, Any] | None:
    raw = _bytes(part)
    try:
        value = orjson.loads(raw) if raw is not None else None
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _bytes(part: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
