"""Text as people write it made clean, and folded to the form in which it is compared.

Invariant: cleaning clean text and folding folded text changes nothing.
"""

import unicodedata
from functools import lru_cache
from string import ascii_letters, digits
from typing import Final

from anyascii import anyascii

CACHE_SIZE: Final = 1 << 15

# Control characters separate words; format characters, lone surrogates, private and unassigned ones are
# noise.
_SEPARATING: Final = frozenset(("Cc", "Zl", "Zp", "Zs"))
_NOISE: Final = frozenset(("Cf", "Cs", "Co", "Cn"))
_APOSTROPHES: Final = "'`\u00b4\u2018\u2019\u02bc"
_UNMARKED: Final = {ord(mark): None for mark in _APOSTROPHES}
_FOLDED: Final = {
    **dict.fromkeys(range(128), " "),
    **{ord(letter): letter.lower() for letter in ascii_letters + digits},
    **_UNMARKED,
}


def clean(raw: str) -> str:
    """The text in NFKC, on one line, single spaces, without invisible characters."""
    if not (raw.isascii() and raw.isprintable()):
        raw = unicodedata.normalize("NFKC", "".join(map(_visible, raw)))
    return " ".join(raw.split())


@lru_cache(maxsize=CACHE_SIZE)
def fold(cleaned: str) -> str:
    """The words of a clean text in lower-case ASCII letters and digits, one space between them."""
    if not cleaned.isascii():
        cleaned = anyascii(cleaned.translate(_UNMARKED))
    elif cleaned.isalnum():
        return cleaned.lower()
    return " ".join(cleaned.translate(_FOLDED).split())


def compact(cleaned: str) -> str:
    """The letters and digits of a clean text in upper-case ASCII without anything between them."""
    return fold(cleaned).replace(" ", "").upper()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SEPARATING:
        return " "
    return "" if category in _NOISE else character
