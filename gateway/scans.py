"""What a scanner typed: a loyalty card, a product, or one of our own QR codes. Pure.

Loyalty cards come first: their pattern is the retailer's own statement, while many card numbers happen to be
valid EANs.
"""

import re
from dataclasses import dataclass
from typing import Final

import biip

from gateway.glyphs import token_bytes


@dataclass(frozen=True, slots=True)
class CardPattern:
    """How the retailer's card barcodes look; the group `card` is the card's number."""

    regex: re.Pattern[str]


DEFAULT_CARD: Final = CardPattern(re.compile(r"^(?P<card>[A-Za-z]{0,4}[0-9A-Za-z-]{4,32})\Z"))
"""What a shopper shows that is no QR code of ours is a card, as long as nobody says how cards look."""


def card(scan: str, pattern: CardPattern = DEFAULT_CARD) -> str | None:
    """The number of the loyalty card that was scanned; None when it is none."""
    text = scan.strip()
    if token_bytes(text) is not None:
        return None  # an offer's QR code: no card, no name
    found = pattern.regex.match(text)
    return found.group("card") if found is not None else None


def gtin(scan: str) -> str | None:
    """The GTIN of a scanned product (EAN, UPC, or inside a GS1 element string), in its one canonical form."""
    text = scan.strip()
    if not text.isascii() or len(text) > 200:
        return None
    result = biip.parse(text)
    return canonical_gtin(result.gtin.value) if result.gtin is not None else None


def canonical_gtin(digits: str) -> str:
    """Fourteen digits: the same product has one number whether a till writes it as UPC, EAN or GTIN-14."""
    return digits.zfill(14)
