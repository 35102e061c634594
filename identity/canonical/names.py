"""Names of people taken apart: order, titles, suffixes, middle initials.

Works on the display form and keeps it; what is compared is folded from it afterwards.
Invariant: taking apart what was taken apart changes nothing.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from identity.canonical import junk
from identity.canonical.text import CACHE_SIZE, clean, fold

_TITLE_WORDS: Final = """
mr mrs ms miss mx dr prof professor herr frau hr ing mag dipl dipling ddr dkfm msgr sir lady dame rev
reverend hon madame mme monsieur signor signora sig mister doctor doktor magister univprof
"""
_DEGREE_WORDS: Final = "phd md msc bsc mba mas esq dds cpa llm llb bakk ba ma meng beng jd dphil"
_SUFFIX_WORDS: Final = {
    "jr": "jr",
    "junior": "jr",
    "jnr": "jr",
    "sr": "sr",
    "senior": "sr",
    "snr": "sr",
    "ii": "ii",
    "2nd": "ii",
    "iii": "iii",
    "3rd": "iii",
    "iv": "iv",
    "4th": "iv",
}
# Surnames in their own right: a suffix only when abbreviated with a full stop.
_ABBREVIATED: Final = {"sen": "sr", "jun": "jr"}
_PARTICLE_WORDS: Final = """
van von vom de der den del della di da do dos das du la le los las al el bin ibn ben bint ter ten zu zum zur
af av st santa san mac mc o
"""
TITLES: Final = frozenset(_TITLE_WORDS.split())
DEGREES: Final = frozenset(_DEGREE_WORDS.split())
PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
SUFFIXES: Final = frozenset(_SUFFIX_WORDS.values())
# Chinese surnames of two characters; all others have one, and so have nearly all Korean ones.
_DOUBLE_SURNAME_WORDS: Final = """
欧阳 歐陽 上官 司马 司馬 诸葛 諸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 东方 南宫
"""
_DOUBLE_SURNAMES: Final = frozenset(_DOUBLE_SURNAME_WORDS.split())
_UNSPACED: Final = re.compile(r"[\u4e00-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}")
_COUPLES: Final = frozenset(("and", "und", "u", "e", "et", "y"))


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a name as people write them; `full` is what could not be taken apart."""

    given: str = ""
    middle: str = ""
    family: str = ""
    suffix: str = ""
    full: str = ""


def suffix(cleaned: str) -> str | None:
    """The suffix that a text stands for, None when it stands for none."""
    folded = fold(cleaned).replace(" ", "")
    return _SUFFIX_WORDS.get(folded) or _ABBREVIATED.get(folded)


@lru_cache(maxsize=CACHE_SIZE)
def normalised(parts: Parts) -> tuple[Parts, tuple[str, ...]]:
    """The parts in their places without placeholders, and which of the parts were placeholders.

    Dropping a placeholder may make room for what another part says (and the other way round), hence the loop;
    each round takes words away or is the last.
    """
    dropped: list[str] = []
    while True:
        sound = _without_placeholders(parts, dropped)
        placed = sound if _is_plain(sound) else _take_apart(sound)
        if placed == parts:
            return placed, tuple(dropped)
        parts = placed


def _is_plain(parts: Parts) -> bool:
    """A single given and family name: nothing to take apart."""
    if parts.middle or parts.suffix or parts.full:
        return False
    return not any(mark in name for name in (parts.given, parts.family) for mark in (" ", ","))


def _without_placeholders(parts: Parts, dropped: list[str]) -> Parts:
    given, family = fold(parts.given), fold(parts.family)
    if f"{given} {family}" in junk.NAMES:
        gone = ["given", "family"]
    else:
        gone = ["given"] if parts.given and junk.is_no_name(given) else []
        real = family in junk.REAL_SURNAMES and len(given) > 1 and not gone
        if parts.family and not real and junk.is_no_name(family):
            gone.append("family")
    if parts.middle and not any(map(str.isalpha, fold(parts.middle))):
        gone.append("middle")
    if parts.full and junk.is_no_name(fold(parts.full)):
        gone.append("full")
    dropped += gone
    return replace(parts, **dict.fromkeys(gone, "")) if gone else parts


def _take_apart(parts: Parts) -> Parts:
    """The parts in their places; what was given as a part counts more than what the full name says."""
    given, family = parts.given, parts.family
    if "," in family and not given:
        family, given = _at_comma(family)
    elif "," in given and not family:
        family, given = _at_comma(given)
    given_words, from_given = _stripped(given)
    family_words, from_family = _stripped(family)
    middle_words, from_middle = _stripped(parts.middle)
    found = replace(
        parts,
        given=" ".join(given_words),
        middle=" ".join(middle_words),
        family=" ".join(family_words),
        suffix=(suffix(parts.suffix) or "") or from_family or from_given or from_middle,
    )
    return _with_middle_initial(_with_full(found))


def _with_full(parts: Parts) -> Parts:
    """Fills from the full name what the parts do not say."""
    if not parts.full or (parts.given and parts.family):
        return replace(parts, full="")
    read = _read_full(parts.full)
    if not (parts.given or parts.family):
        return replace(read, middle=parts.middle or read.middle, suffix=parts.suffix or read.suffix)
    return Parts(
        given=parts.given or read.given,
        middle=parts.middle or read.middle,
        family=parts.family or read.family,
        suffix=parts.suffix or read.suffix,
    )


@lru_cache(maxsize=CACHE_SIZE)
def _read_full(full: str) -> Parts:
    if "," in full:
        family, rest = _at_comma(full)
        family_words, family_suffix = _stripped(family)
        rest_words, rest_suffix = _stripped(rest)
        if family_words and rest_words:
            return Parts(
                given=rest_words[0],
                middle=" ".join(rest_words[1:]),
                family=" ".join(family_words),
                suffix=family_suffix or rest_suffix,
            )
        words, found = family_words or rest_words, family_suffix or rest_suffix
    else:
        words, found = _stripped(full)
    if len(words) == 1 and _UNSPACED.fullmatch(words[0]):
        return _unspaced(words[0])
    if len(words) < 2 or _is_couple(words):
        return Parts(full=" ".join(words), suffix=found)
    start = _family_start(words)
    return Parts(words[0], " ".join(words[1:start]), " ".join(words[start:]), found)


def _unspaced(name: str) -> Parts:
    """A Chinese or Korean name: the surname stands first, and nothing parts it from the given name."""
    start = 2 if len(name) > 2 and name[:2] in _DOUBLE_SURNAMES else 1
    return Parts(given=name[start:], family=name[:start])


def _family_start(words: list[str]) -> int:
    """Where the family name begins: at its first particle, else at the last word."""
    for place in range(1, len(words) - 1):
        if fold(words[place]) in PARTICLES:
            return place
    return len(words) - 1


def _is_couple(words: list[str]) -> bool:
    return "&" in words or "+" in words or any(fold(word) in _COUPLES for word in words[1:-1])


def _at_comma(text: str) -> tuple[str, str]:
    """Family and given name around a comma; a suffix between commas is neither and goes behind."""
    sides = [side for side in (part.strip() for part in text.split(",")) if side]
    names = [side for side in sides if not suffix(side)]
    if len(names) < 2:
        return " ".join(sides), ""
    return names[0], " ".join((*names[1:], *(side for side in sides if suffix(side))))


def _with_middle_initial(parts: Parts) -> Parts:
    """Robert J. is Robert, middle initial J.; Mary Ann stays a double name."""
    *first, last = parts.given.split() or [""]
    if parts.middle or not first or len(fold(last)) != 1:
        return parts
    return replace(parts, given=" ".join(first), middle=last)


def _stripped(text: str) -> tuple[list[str], str]:
    """The words of a part without titles before and degrees and suffixes behind, and the suffix."""
    words, found = clean(text.replace(",", " ")).split(), ""
    while len(words) > 1 and fold(words[0]).replace(" ", "") in TITLES:
        words = words[1:]
    while len(words) > 1:
        folded = fold(words[-1]).replace(" ", "")
        ended = _SUFFIX_WORDS.get(folded) or (_ABBREVIATED.get(folded) if words[-1].endswith(".") else None)
        if ended is None and folded not in DEGREES:
            break
        found = found or ended or ""
        words = words[:-1]
    return words, found
