"""Pairing codes: ten glyphs an operator reads on one screen and types on another, once.

The first three name the pairing and are stored as they are; the other seven are the secret, stored as an
argon2 hash. So a guess costs a guesser only the pairing it names, one hash is computed a guess, and 35
secret bits stand against a handful of guesses in a few minutes.
"""

import hashlib
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.wire.glyphs import ALPHABET, glyphs

SELECTOR_GLYPHS = 3
SECRET_GLYPHS = 7
GUESSES = 5
RANDOM_BYTES = 7
"""Fifty of these 56 random bits become a code."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""The least that OWASP recommends for argon2id: the code lives for minutes, and a worker's memory is for
shoppers.
"""


@dataclass(frozen=True, slots=True)
class PairingCode:
    """A code in its two parts."""

    selector: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """The code as it is shown: two groups of five."""
        letters = self.selector + self.secret
        return f"{letters[:5]}-{letters[5:]}"


def fresh(random_bytes: bytes) -> PairingCode:
    """Return the code that these random bytes make."""
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"a pairing code is made of {RANDOM_BYTES} random bytes")
    letters = glyphs(int.from_bytes(random_bytes), SELECTOR_GLYPHS + SECRET_GLYPHS)
    return PairingCode(letters[:SELECTOR_GLYPHS], letters[SELECTOR_GLYPHS:])


def typed(text: str) -> PairingCode | None:
    """Return the code somebody typed, whatever its case, spaces and dashes; None when it cannot be one."""
    letters = text.upper().translate(str.maketrans("OI", "01", " -\t"))
    if len(letters) != SELECTOR_GLYPHS + SECRET_GLYPHS or any(letter not in ALPHABET for letter in letters):
        return None
    return PairingCode(letters[:SELECTOR_GLYPHS], letters[SELECTOR_GLYPHS:])


def sealed(secret: str) -> str:
    """Return the hash under which a code's secret part is stored (salted: two calls differ)."""
    return _HASHER.hash(secret)


def opens(sealed_secret: str, secret: str) -> bool:
    """Return whether this is the secret that was sealed."""
    try:
        return _HASHER.verify(sealed_secret, secret)
    except (VerificationError, InvalidHashError):
        return False


def cookie_digest(cookie: str) -> bytes:
    """Return what is stored of a device's cookie: 256 random bits, so one plain SHA-256 is enough."""
    return hashlib.sha256(cookie.encode()).digest()
