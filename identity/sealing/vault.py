"""What turns personal values into digests, envelopes and signed tokens. Secrets come in as values.

Whoever holds only the database can neither look a shopper up (digests are keyed) nor read her values
(envelopes are sealed to their place, so one row's envelope does not open in another row).

Digests are always made with the *oldest* generation of keys at hand, envelopes with the current one:
envelopes of all generations can be opened one by one, whereas two records only find each other under the
same pepper. A pepper is therefore retired by rewriting every record and then taking the old one away.
"""

import base64
import binascii
import datetime as dt
import hashlib
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from identity.sealing.mac import Mac

NONCE_BYTES = 12
_KINDS_CACHED: Final = 256
_LENGTH: Final = struct.Struct(">I")
_INT8: Final = struct.Struct(">q")


class VaultError(Exception):
    """A sealed value cannot be opened: it was damaged, moved to another row, or its key is gone."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys of this installation at work. Make one with `open_vault`."""

    version: int
    mac: Mac = field(repr=False)
    """Keyed with the pepper."""
    ciphers: Mapping[int, AESGCM] = field(repr=False)

    def digest(self, kind: str, value: str) -> int:
        """The signed 64-bit key of a typed value. A collision is harmless: links compare the values."""
        number: int = _INT8.unpack_from(self.mac.digest(_of_kind(kind) + _framed(value)))[0]
        return number

    def token(self, value: str) -> int:
        """The signed 32-bit stand-in for a name token, stored beside a key."""
        number: int = struct.unpack_from(">i", self._mac("token", value))[0]
        return number

    def fingerprint(self, purpose: str, *parts: str) -> UUID:
        """A keyed 128-bit hash for places where a collision would do harm: suppression, erased keys."""
        return UUID(bytes=self._mac(purpose, *parts)[:16])

    def seal(self, content: bytes, place: str) -> bytes:
        """Encrypts under the current generation; opens only with the same `place` (table and row)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self.ciphers[self.version].encrypt(nonce, content, place.encode())
        return struct.pack(">H", self.version) + nonce + sealed

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """What `seal` was given. Raises VaultError."""
        content = bytes(sealed)
        if len(content) < 2 + NONCE_BYTES:
            raise VaultError("a sealed value is too short")
        cipher = self.ciphers.get(struct.unpack_from(">H", content)[0])
        if cipher is None:
            raise VaultError("a value was sealed with a generation of keys that is gone")
        nonce, body = content[2 : 2 + NONCE_BYTES], content[2 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, place.encode())
        except InvalidTag as error:
            raise VaultError(f"a sealed value does not belong to {place}") from error

    def choice(self, number: int, expires_at: dt.datetime) -> str:
        """An opaque token that stands for a number until it expires."""
        content = struct.pack(">qq", number, int(expires_at.timestamp()))
        return base64.urlsafe_b64encode(self.seal(content, "choice")).rstrip(b"=").decode("ascii")

    def chosen(self, token: str, now: dt.datetime) -> int | None:
        """The number a `choice` token stands for; None when it was forged, damaged or has expired."""
        try:
            padded = token.encode("ascii") + b"=" * (-len(token) % 4)
            number, expires = struct.unpack(">qq", self.unseal(base64.urlsafe_b64decode(padded), "choice"))
        except (VaultError, binascii.Error, UnicodeEncodeError, struct.error):
            return None
        return int(number) if now.timestamp() < expires else None

    def _mac(self, *parts: str) -> bytes:
        return self.mac.digest(b"".join(map(_framed, parts)))


def _framed(part: str) -> bytes:
    # Lengths in front keep ("ab", "c") and ("a", "bc") apart.
    encoded = part.encode("utf-8", "surrogatepass")
    return _LENGTH.pack(len(encoded)) + encoded


@lru_cache(_KINDS_CACHED)
def _of_kind(kind: str) -> bytes:
    """What stands before the value of a key: there are thousands of values to a kind."""
    return _framed("key") + _framed(kind)


def open_vault(current: int, generations: Mapping[int, tuple[bytes, bytes]]) -> Vault:
    """The vault over these (pepper, envelope key) pairs by generation number; `current` seals new values."""
    if current not in generations:
        raise VaultError(f"generation {current} of the keys is missing")
    pepper, _ = generations[min(generations)]
    ciphers = {number: AESGCM(envelope) for number, (_, envelope) in generations.items()}
    return Vault(version=current, mac=Mac(pepper), ciphers=ciphers)


def message_digest(source: str, message_id: str) -> UUID:
    """The 128 bits by which a repeated message of a source is known again. Not secret, so not keyed."""
    encoded = source.encode("utf-8", "surrogatepass") + b"\x00" + message_id.encode("utf-8", "surrogatepass")
    return UUID(bytes=hashlib.sha256(encoded).digest()[:16])
