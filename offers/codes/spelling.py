"""How a code is written, read and remembered: 80 random bits in letters that survive a pencil and a scanner.

Invariant: what is stored is a digest. However a code is typed (small letters, spaces, hyphens, O for 0), its
digest is the same.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Final
from uuid import UUID

RANDOM_BYTES: Final = 10
LONGEST: Final = 128

# Without I, O, Y and Z: the first two look like digits, the last two trade places on a German keyboard.
_OURS: Final = b"0123456789ABCDEFGHJKLMNPQRSTUVWX"
_BASE32: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SPELL: Final = bytes.maketrans(_BASE32, _OURS)
_READ_BYTES: Final = bytes.maketrans(b"OI", b"01")
_READ: Final = str.maketrans("OI", "01", " -\t")  # as people write them down


def spell(prefix: str, random: bytes) -> list[str]:
    """Codes from random bytes, ten for each: a prefix for people and sixteen letters in groups of four."""
    letters = base64.b32encode(random).translate(_SPELL).decode()
    start = f"{prefix}-" if prefix else ""
    return [
        f"{start}{four[:4]}-{four[4:8]}-{four[8:12]}-{four[12:]}"
        for four in (letters[at : at + 16] for at in range(0, len(letters), 16))
    ]


def digest(code: str) -> UUID:
    """What a code is remembered as: 128 bits of its SHA-256."""
    read = code.upper().translate(_READ)
    return UUID(bytes=hashlib.sha256(read.encode()).digest()[:16])


def digests(codes: Iterable[str]) -> list[str]:
    """The digests of many codes, in their order, in hex; read in one go, for a million."""
    read = "\n".join(codes).upper().encode().translate(_READ_BYTES, b" -\t").split(b"\n")
    return [hashlib.sha256(code).hexdigest()[:32] for code in read]
