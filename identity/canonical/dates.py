"""Dates of birth, read in the order in which their source writes dates.

A year of two digits is read as the one between 1930 and 2029: few shoppers are older, and left out the day of
birth would be missing from every record of a source that writes so. Two sources that disagree about the
century differ by two digits, which contradicts nothing.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from identity.canonical.text import CACHE_SIZE

YEAR_MIN: Final = 1500
YEAR_MAX: Final = 2150
CENTURY_START: Final = 1930  # the hundred years in which a year of two digits lies

_ISO: Final = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T ]\d{2}:.*)?", re.ASCII)
_LOCAL: Final = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d\d)", re.ASCII)
_WORDS: Final = re.compile(
    r"(?:(\d{1,2})(?:\.? |-)([a-z]{3,9})|([a-z]{3,9}) (\d{1,2}),?)[ -](\d{4}|\d\d)", re.ASCII
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jaenner",
            "feb february februar feber",
            "mar march maerz mrz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}


@lru_cache(maxsize=CACHE_SIZE)
def birth(cleaned: str, order: str) -> date | None:
    """The date in the text, None when there is none; `order` is dmy, mdy or ymd and decides what is
    ambiguous.

    A reading that the calendar forbids is not ambiguous: 31/12 is New Year's Eve everywhere, and so is
    1999-31-12.
    """
    iso = _ISO.fullmatch(cleaned)
    if iso is not None:
        return _date(iso[1], iso[3], iso[4]) or _date(iso[1], iso[4], iso[3])
    local = _LOCAL.fullmatch(cleaned)
    if local is not None:
        first, second, year = local[1], local[3], _year(local[4])
        by_day, by_month = _date(year, second, first), _date(year, first, second)
        return (by_month or by_day) if order == "mdy" else (by_day or by_month)
    words = _WORDS.fullmatch(cleaned.lower().replace("ä", "ae"))
    if words is not None:
        month = _MONTHS.get(words[2] or words[3])
        return _date(_year(words[5]), str(month), words[1] or words[4]) if month else None
    return None


def _year(written: str) -> str:
    """The year in four digits."""
    return written if len(written) == 4 else str(CENTURY_START + (int(written) - CENTURY_START) % 100)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if YEAR_MIN <= found.year <= YEAR_MAX else None
