"""What a scanner typed: a loyalty card, a product, a coupon, or one of our own QR codes. Pure.

Loyalty cards come first: their pattern is the retailer's own statement, while many card numbers happen to be
valid EANs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import biip
from biip import ParseResult

from gateway.wire.glyphs import token_bytes

LONGEST: Final = 200
SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""What some scanners put in front: which kind of barcode it was."""

SHOPPER_NUMBER: Final = "8018"
"""GS1's number of a service relation, recipient: how a loyalty card is written as an element string."""

COUPON: Final = "8112"
"""GS1's number of a coupon of the North American positive offer file."""


@dataclass(frozen=True, slots=True)
class CardPattern:
    """How the retailer's card barcodes look; the group `card` is the card's number."""

    regex: re.Pattern[str]


DEFAULT_CARD: Final = CardPattern(re.compile(r"^(?P<card>[A-Za-z]{0,4}[0-9A-Za-z-]{4,32})\Z"))
"""What a shopper shows that is no QR code of ours is a card, as long as nobody says how cards look."""


@dataclass(frozen=True, slots=True)
class Coupon:
    """A serialised coupon: who pays for it, which offer it is, and which of its copies."""

    format: str
    funder: str
    offer: str
    serial: str

    @property
    def code(self) -> str:
        """The one spelling of it, whatever it was printed as."""
        return f"{COUPON}:{self.funder}:{self.offer}:{self.serial}"


@lru_cache(maxsize=8)
def card_pattern(written: str | None) -> CardPattern:
    """The pattern a policy writes; the group `card` is the number, or all of it where no group is named."""
    if written is None:
        return DEFAULT_CARD
    regex = re.compile(written)
    return CardPattern(regex if "card" in regex.groupindex else re.compile(f"(?P<card>{written})"))


def card(scan: str, pattern: CardPattern = DEFAULT_CARD) -> str | None:
    """The number of the loyalty card that was scanned; None when it is none."""
    text = plain(scan)
    if token_bytes(text) is not None:
        return None  # an offer's QR code: no card, no name
    found = pattern.regex.fullmatch(text)
    if found is not None:
        return found.group("card")
    return dict(_elements(text)).get(SHOPPER_NUMBER)


def gtin(scan: str) -> str | None:
    """The GTIN of a scanned product (EAN, UPC, GS1 element string or Digital Link), in its canonical form."""
    text = scan.strip()
    result = _parsed(text)
    if result is None or result.gtin is None:
        return None
    return canonical_gtin(result.gtin.value)


def coupon(scan: str) -> Coupon | None:
    """The coupon in a scan; None when there is none, or it is damaged."""
    written = dict(_elements(scan.strip())).get(COUPON)
    return _coupon(written) if written is not None else None


def code(typed: str) -> str:
    """A code as campaigns know it: a coupon's frame in its one spelling, anything else as it was typed."""
    found = coupon(typed) if COUPON in typed else None
    return found.code if found is not None else typed


def plain(scan: str) -> str:
    """What was scanned, without the scanner's own mark in front."""
    text = scan.strip()
    mark = SYMBOLOGY.match(text)
    return text[mark.end() :] if mark is not None else text


def canonical_gtin(digits: str) -> str:
    """Fourteen digits: the same product has one number whether a till writes it as UPC, EAN or GTIN-14."""
    return digits.zfill(14)


def _elements(text: str) -> Iterator[tuple[str, str]]:
    """The GS1 elements of a scan: (application identifier, value)."""
    result = _parsed(text)
    found = (result.gs1_message or result.gs1_digital_link_uri) if result is not None else None
    if found is not None:
        yield from ((one.ai.ai, one.value) for one in found.element_strings)


def _parsed(text: str) -> ParseResult | None:
    """What GS1's rules make of a scan; None for what they choke on."""
    if not text.isascii() or len(text) > LONGEST:
        return None
    try:
        return biip.parse(_unbracketed(text))
    except (biip.ParseError, ValueError, IndexError):
        return None


def _unbracketed(text: str) -> str:
    """Element strings as people print them, (01)...(10)..., as scanners type them."""
    if not text.startswith("("):
        return text
    return re.sub(r"\((\d{2,4})\)", "\x1d\\1", text).lstrip("\x1d")


def _coupon(written: str) -> Coupon | None:
    """Format, the funder's number (6 to 12 digits), the offer's (6), and a serial number (6 to 15). How long
    the numbers are is said before each, less six.
    """
    if not written.isdecimal() or len(written) < 2 or written[1] > "6":
        return None
    funder_end = 2 + 6 + int(written[1])
    offer_end = funder_end + 6
    if len(written) <= offer_end:
        return None
    serial_start = offer_end + 1
    if len(written) != serial_start + 6 + int(written[offer_end]):
        return None
    return Coupon(written[0], written[2:funder_end], written[funder_end:offer_end], written[serial_start:])
