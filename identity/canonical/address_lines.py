"""A whole address in one line, taken apart: "Chrysler Building, 405 Lexington Avenue, New York NY 10174".

What cannot be told apart is left out rather than guessed: a wrong city speaks against a shopper, a missing
one says nothing.
"""

import re
from functools import lru_cache
from typing import Final

from identity.canonical import places
from identity.canonical.text import CACHE_SIZE, fold

_COUNTRY_LENGTH_MIN: Final = 4  # shorter ones are regions as often: CA, DE, IN
_CODE: Final = (
    r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}"  # United Kingdom
    r"|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"  # Canada
    r"|(?:[A-Z]{1,3}-)?[0-9]{4,6}(?:-[0-9]{4})?"
)
_CODE_LAST: Final = re.compile(rf"(?:(.*)\s)?({_CODE})")
_CODE_FIRST: Final = re.compile(rf"({_CODE})\s(.*)")
_REGION: Final = re.compile(r"(?:(.*)\s)?([A-Z]{2})")
_UNIT: Final = re.compile(
    r"(?:(?:suite|unit|apt|apartment|flat|floor|penthouse|top|stiege|tuer)\b|#).*", re.IGNORECASE
)
_KINDS: Final = (
    r"\b(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|place|pl|court|ct|boulevard|blvd|way|rise|square|sq"
    r"|terrace|ter|highway|hwy|strasse|stra\u00dfe|gasse|weg|platz)\b"
)
_HOUSE: Final = re.compile(r"(?:(?:no|nr|number)\b\.?|#)? ?([0-9]+[a-zA-Z]?)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:^|\s)[0-9]+[a-zA-Z]?(?:[/-][0-9]+[a-zA-Z]?)*(?:\s|$)")
_KIND: Final = re.compile(rf"(.*{_KINDS}\.?(?:\s+[0-9]+[a-zA-Z]?\b)?)\s+(\S.*)", re.IGNORECASE)
_KIND_WORD: Final = re.compile(_KINDS, re.IGNORECASE)


@lru_cache(maxsize=CACHE_SIZE)
def read(cleaned: str) -> dict[str, str]:
    """The attributes that the line says, under their names; street and number still together."""
    pieces = [piece for piece in (part.strip() for part in cleaned.split(",")) if piece]
    found: dict[str, str] = {}
    _take_country(pieces, found)
    _take_codes(pieces, found)
    _take_country(pieces, found)
    _take_house(pieces, found)
    for piece in [piece for piece in pieces[1:] if _UNIT.fullmatch(piece)]:
        found.setdefault("unit", piece)
        pieces.remove(piece)
    numbered = [place for place, piece in enumerate(pieces) if _is_numbered(piece)]
    # A house may be called HillV2; its street has a number that stands alone.
    alone = (place for place in numbered if _NUMBER.search(pieces[place]))
    street, *rest = pieces[next(alone, (numbered or [0])[0]) :] or [""]
    kind = _KIND.fullmatch(street)
    if not rest and kind is not None and any(map(str.isdigit, kind[1])):
        street, rest = kind[1], [kind[2]]
    if rest or _is_numbered(street):
        found["street"] = street
    if rest and not any(map(str.isdigit, rest[0])):
        found.setdefault("city", rest[0])
    return found


def _take_house(pieces: list[str], found: dict[str, str]) -> None:
    """Takes the number of a house that stands before its street: "No 12, Street 128"."""
    house = _HOUSE.fullmatch(pieces[0]) if len(pieces) > 1 else None
    if house is not None and _KIND_WORD.search(pieces[1]) and not pieces[1][0].isdigit():
        found["street_number"] = house[1]
        del pieces[0]


def _take_country(pieces: list[str], found: dict[str, str]) -> None:
    if len(pieces) > 1 and "country" not in found and _is_country(pieces[-1]):
        found["country"] = pieces.pop()


def _take_codes(pieces: list[str], found: dict[str, str]) -> None:
    """Takes postcode and region, and the city that stands with one of them, out of the last pieces that hold
    them; the first piece begins with the street.
    """
    for name, split in (("postcode", _at_code), ("region", _at_region)):
        for place in range(len(pieces) - 1, -1, -1):
            rest, code = split(pieces[place])
            # The first piece begins with the street, perhaps with its number.
            if code and (place or (rest and pieces[0].startswith(rest))):
                found[name], pieces[place] = code, rest
                if place and rest and not _at_region(rest)[1]:
                    found["city"] = rest
                break
    pieces[:] = [piece for piece in pieces if piece]


def _at_code(piece: str) -> tuple[str, str]:
    last, first = _CODE_LAST.fullmatch(piece), _CODE_FIRST.fullmatch(piece)
    if last is not None:
        return last[1] or "", last[2]
    return (first[2], first[1]) if first is not None and not _KIND_WORD.search(first[2]) else (piece, "")


def _at_region(piece: str) -> tuple[str, str]:
    region = _REGION.fullmatch(piece)
    return (region[1] or "", region[2]) if region is not None else (piece, "")


def _is_country(piece: str) -> bool:
    return len(fold(piece)) >= _COUNTRY_LENGTH_MIN and places.country(piece) is not None


def _is_numbered(piece: str) -> bool:
    is_unit = _UNIT.fullmatch(piece) is not None
    return not is_unit and any(map(str.isdigit, piece)) and any(map(str.isalpha, piece))
