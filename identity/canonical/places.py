"""Where people live: countries, postcodes and street lines in the form in which they are compared."""

import re
from functools import cache, lru_cache
from typing import Final

from babel import Locale

from identity.canonical.text import CACHE_SIZE, fold

_LANGUAGES: Final = ("en", "de", "fr", "it", "es")
_ALPHA_3: Final = """
aut AT deu DE ger DE che CH sui CH lie LI ita IT fra FR esp ES prt PT gbr GB irl IE bel BE nld NL lux LU dnk
DK swe SE nor NO fin FI isl IS pol PL cze CZ svk SK hun HU svn SI hrv HR srb RS bih BA rou RO bgr BG grc GR
tur TR ukr UA rus RU est EE lva LV ltu LT mlt MT cyp CY usa US can CA mex MX bra BR arg AR aus AU nzl NZ jpn
JP chn CN ind IN sgp SG zaf ZA
"""
_OTHER_NAMES: Final = """
uk GB|england GB|scotland GB|wales GB|great britain GB|grossbritannien GB|holland NL|america US|u s a US
|brd DE|united states of america US|oesterreich AT|d DE|a AT|i IT|tschechien CZ
"""
_NO_COUNTRIES: Final = frozenset(("EU", "EZ", "UN", "ZZ"))
_POSTCODE_COUNTRY: Final = re.compile(r"[a-z]{1,2}(?=[0-9]{4,5}\Z)")
_US_LONG: Final = re.compile(r"([0-9]{5})[0-9]{4}\Z")
_NUMBER_FIRST: Final = re.compile(r"([0-9]+[a-zA-Z]?)[ ,]+(.*[^\W\d_]{2}.*)")
_NUMBER_LAST: Final = re.compile(r"(.*[^\W\d_]{2}.*?)[ ,]+([0-9]+ ?[a-zA-Z]?(?:[/-][0-9]+[a-zA-Z]?)*)")

SEXES: Final = {
    **dict.fromkeys(("f", "female", "w", "weiblich", "woman", "frau", "femme", "donna", "mujer"), "f"),
    **dict.fromkeys(("m", "male", "maennlich", "mannlich", "man", "mann", "herr", "homme", "uomo"), "m"),
    **dict.fromkeys(("x", "d", "divers", "diverse", "other", "nonbinary", "non binary", "inter"), "x"),
}


@lru_cache(maxsize=CACHE_SIZE)
def country(cleaned: str) -> str | None:
    """The ISO 3166 alpha-2 code of a country given by code or name, None when it is none."""
    return _countries().get(fold(cleaned))


def sex(cleaned: str) -> str | None:
    """f, m or x; None when the text says none of them."""
    return SEXES.get(fold(cleaned))


@lru_cache(maxsize=CACHE_SIZE)
def postcode(cleaned: str) -> str | None:
    """Letters and digits alone, without the country before and without what is finer than a place."""
    squeezed = fold(cleaned).replace(" ", "")
    squeezed = _US_LONG.sub(r"\1", _POSTCODE_COUNTRY.sub("", squeezed))
    return squeezed if any(map(str.isdigit, squeezed)) else None


def street_line(cleaned: str) -> tuple[str, str]:
    """Street and number of a line that holds both; the number is "" when there is none."""
    last = _NUMBER_LAST.fullmatch(cleaned)
    if last is not None:
        return last[1], last[2]
    first = _NUMBER_FIRST.fullmatch(cleaned)
    return (first[2], first[1]) if first is not None else (cleaned, "")


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES


@cache
def _countries() -> dict[str, str]:
    """Folded names and codes; a code counts more than a name, the first language more than others."""
    found: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        names = {str(code): str(name) for code, name in Locale(language).territories.items()}
        codes = sorted(code for code in names if _is_country(code))
        found |= {fold(names[code]): code for code in codes} | {code.lower(): code for code in codes}
    others = (entry.strip().rpartition(" ") for entry in _OTHER_NAMES.split("|"))
    words = _ALPHA_3.split()
    return found | {name: code for name, _, code in others} | dict(zip(words[::2], words[1::2], strict=True))
