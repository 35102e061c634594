"""Offers that a till may give without asking: signed by the gateway, verified by whoever holds its public
key.

An offer says which line it is for, how much it may take off, until when, and, where it is somebody's own, a
hash that only the holder's card matches. It names no shopper, so a till that holds a thousand of them holds
no customer file. Pure: keys and times come in.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LASTS_AT_MOST: Final = timedelta(days=7)
LONGEST_TOKEN: Final = 512
NONCE_BYTES: Final = 16
HOLDER_BYTES: Final = 16
_DOMAIN: Final = b"o2o offline offer 1\n"

Kind = Literal["percent", "unit", "price"]


@dataclass(frozen=True, slots=True)
class LineRule:
    """For which lines, and how much: basis points, minor units off each unit, or the price of each unit.

    Without skus and categories it is for every line.
    """

    kind: Kind
    value: int
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOffer:
    """One offer. `holder` is None where anybody may have it; then it may be used by many."""

    offer: str
    rule: LineRule
    currency: str
    maximum_minor: int
    expires_at: datetime
    key_id: str
    nonce: bytes
    store: str | None = None
    holder: bytes | None = None
    text: str = ""

    def is_of(self, shown: str) -> bool:
        """Whether what the shopper showed is the holder's; everybody holds an offer without holder."""
        return self.holder is None or hmac.compare_digest(self.holder, holder_hash(self.nonce, shown))


def holder_hash(nonce: bytes, shown: str) -> bytes:
    """What a card's text becomes in an offer: of no use without the offer, and another in each of them."""
    return hmac.digest(nonce, shown.strip().encode(), hashlib.sha256)[:HOLDER_BYTES]


def sign(offer: SignedOffer, key: Ed25519PrivateKey) -> str:
    """The offer as a text that fits a QR code. Raises ValueError for one too long."""
    payload = json.dumps(_document(offer), separators=(",", ":"), sort_keys=True).encode()
    token = f"{_text(payload)}.{_text(key.sign(_DOMAIN + payload))}"
    if len(token) > LONGEST_TOKEN:
        raise ValueError(f"the offer is {len(token)} characters long; at most {LONGEST_TOKEN} fit")
    return token


def read(token: str, keys: Mapping[str, Ed25519PublicKey]) -> SignedOffer | None:
    """The offer that one of these keys signed; None for everything else."""
    payload_text, _, signature_text = token.partition(".")
    try:
        payload = _bytes(payload_text)
        document: dict[str, Any] = json.loads(payload)
        keys[document["k"]].verify(_bytes(signature_text), _DOMAIN + payload)
        return _offer(document)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature, binascii.Error):
        return None


def is_live(offer: SignedOffer, at: datetime) -> bool:
    """Whether it may be given at this moment. One that lasts longer than allowed was never ours."""
    return at < offer.expires_at <= at + LASTS_AT_MOST


def digest(token: str) -> str:
    """What a token is counted by: 128 bits as hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def public_key(text: str) -> Ed25519PublicKey:
    """A public key as it is published."""
    return Ed25519PublicKey.from_public_bytes(_bytes(text))


def published(key: Ed25519PrivateKey) -> str:
    """The public half of a key, as it is published."""
    return _text(key.public_key().public_bytes_raw())


def _document(offer: SignedOffer) -> dict[str, Any]:
    found = {
        "k": offer.key_id,
        "o": offer.offer,
        "r": [offer.rule.kind, offer.rule.value],
        "i": list(offer.rule.skus),
        "g": list(offer.rule.categories),
        "c": offer.currency,
        "m": offer.maximum_minor,
        "e": int(offer.expires_at.timestamp()),
        "n": _text(offer.nonce),
        "s": offer.store,
        "h": _text(offer.holder) if offer.holder is not None else None,
        "t": offer.text,
    }
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def _offer(document: Mapping[str, Any]) -> SignedOffer:
    kind, value = document["r"]
    rule = LineRule(kind, value, tuple(document.get("i", ())), tuple(document.get("g", ())))
    return SignedOffer(
        offer=document["o"],
        rule=rule,
        currency=document["c"],
        maximum_minor=document["m"],
        expires_at=datetime.fromtimestamp(document["e"], UTC),
        key_id=document["k"],
        nonce=_bytes(document["n"]),
        store=document.get("s"),
        holder=_bytes(document["h"]) if "h" in document else None,
        text=document.get("t", ""),
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
