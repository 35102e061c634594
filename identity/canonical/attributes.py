"""The attributes that a source sends, made canonical.

Invariant: normalising what was normalised changes nothing, and nothing leaves here that is longer than its
limit, is no text, is junk or holds a payment card number. What was not taken is told, field by field, in
sentences.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from identity.canonical import address_lines, cards, dates, junk, names, organisations, places
from identity.canonical.names import Parts
from identity.canonical.text import CACHE_SIZE, clean, fold
from identity.model import ADDRESS_LINE, ATTRIBUTES, Canonical, Rejected
from identity.policy import Policy

TEXT_LENGTH_MAX: Final = 200
RAW_LENGTH_MAX: Final = 4 * TEXT_LENGTH_MAX  # before cleaning; beyond it nobody meant a name
EXTRA_COUNT_MAX: Final = 64
PLACEHOLDER: Final = "It is a placeholder, so it counts as absent."
RECORD_TYPES: Final = {
    **dict.fromkeys(("person", "individual", "consumer"), "person"),
    **dict.fromkeys(("organisation", "organization", "company", "business"), "organisation"),
}

NO_TEXT: Final = f"It must be a text of at most {TEXT_LENGTH_MAX} characters."

EXTRA_NAME: Final = re.compile(r"x_[a-z0-9_]{1,40}")
_KNOWN: Final = frozenset((*ATTRIBUTES, ADDRESS_LINE))
_PARTS: Final = {
    "given_name": "given",
    "middle_name": "middle",
    "family_name": "family",
    "name_suffix": "suffix",
    "full_name": "full",
}
_PLAIN: Final = ("organisation_name", "unit", "city", "region")
# Names have placeholders of their own; elsewhere "NA" may be Namibia or Naples and "X" a staircase or a sex.
_SHORT_CODES: Final = frozenset((*_PARTS, "country", "region", "unit", "street_number", "sex"))


def canonical_form(
    attributes: Mapping[str, Any], *, date_order: str, policy: Policy
) -> tuple[Canonical, tuple[Rejected, ...]]:
    """The canonical attributes, and those that were not taken; `date_order` is dmy, mdy or ymd."""
    reading = _Reading()
    texts = reading.texts(attributes, policy)
    line = texts.pop(ADDRESS_LINE, "")
    if line:
        # What was given as a part counts more than what the line says.
        texts = reading.texts(address_lines.read(line), policy) | texts
    codes = reading.codes(texts, date_order)
    written: dict[str, str] = {name: texts[name] for name in _PLAIN if name in texts}
    if "organisation_name" in written:
        written["organisation_name"] = organisations.outside_brackets(written["organisation_name"])
    written |= _street(texts) | reading.names(texts, codes)
    folded = {name: fold(text) for name, text in written.items()}
    if "postcode" in codes:
        written["postcode"], folded["postcode"] = texts["postcode"], codes.pop("postcode")
    found: dict[str, Any] = codes | {name: text for name, text in folded.items() if text}
    shown = {name: text for name, text in written.items() if folded[name] not in ("", text)}
    extra = {name: text for name, text in texts.items() if name not in _KNOWN}
    canonical = Canonical(**found, extra=tuple(sorted(extra.items())), display=tuple(sorted(shown.items())))
    return _with_type(canonical), tuple(reading.rejected)


class _Reading:
    """One record while it is read; collects what is not taken."""

    def __init__(self) -> None:
        self.rejected: list[Rejected] = []

    def reject(self, name: str, reason: str) -> None:
        """Notes why an attribute is not taken."""
        self.rejected.append(Rejected(f"attributes.{cards.mask(name[:TEXT_LENGTH_MAX])}", reason))

    def texts(self, attributes: Mapping[str, Any], policy: Policy) -> dict[str, str]:
        """The attributes that are known and hold a text that says something, cleaned."""
        found: dict[str, str] = {}
        for name, raw in attributes.items():
            problem = None if name in _KNOWN else _unknown(name, len(found), policy)
            text = ""
            if problem is None and raw is not None:
                text, problem = cleaned(name, raw) if isinstance(raw, str) else _number(name, raw)
            if problem:
                self.reject(name, problem)
            elif text:
                found[name] = text
        return found

    def names(self, texts: Mapping[str, str], codes: dict[str, Any]) -> dict[str, str]:
        """The parts of the name as people write them, in their places; the suffix goes to the codes."""
        given = {part: texts[name] for name, part in _PARTS.items() if name in texts}
        if not given:
            return {}
        if codes.get("record_type") == "organisation":
            given.pop("full", None)
        parts, placeholders = names.normalised(Parts(**given))
        for name, part in _PARTS.items():
            if part in placeholders:
                self.reject(name, PLACEHOLDER)
        if "suffix" in given and not names.suffix(given["suffix"]):
            self.reject("name_suffix", f"It is none of {', '.join(sorted(names.SUFFIXES))}.")
        if parts.suffix:
            codes["name_suffix"] = parts.suffix
        return {name: getattr(parts, part) for name, part in _PARTS.items() if part != "suffix"}

    def codes(self, texts: Mapping[str, str], date_order: str) -> dict[str, Any]:
        """The attributes that are read rather than folded."""
        found: dict[str, Any] = {}
        for name, (read, expected) in _CODES.items():
            if name in texts:
                found[name] = read(texts[name])
                if found[name] is None:
                    self.reject(name, f"It is not {expected}.")
        if "date_of_birth" in texts:
            found["date_of_birth"] = self._birth(texts["date_of_birth"], date_order)
        return {name: value for name, value in found.items() if value is not None}

    def _birth(self, text: str, order: str) -> date | None:
        born = dates.birth(text, order)
        if born is None:
            self.reject("date_of_birth", f"It is no date written as {order}.")
        elif born in junk.BIRTHS:
            self.reject("date_of_birth", PLACEHOLDER)
            return None
        return born


def _record_type(text: str) -> str | None:
    return RECORD_TYPES.get(fold(text))


_CODES: Final[dict[str, tuple[Callable[[str], str | None], str]]] = {
    "record_type": (_record_type, "person or organisation"),
    "sex": (places.sex, "f, m or x"),
    "country": (places.country, "a country's name or code"),
    "postcode": (places.postcode, "a postcode: it has no digit"),
}


def _with_type(canonical: Canonical) -> Canonical:
    """A record that names an organisation and no person is about the organisation."""
    personal = canonical.given_name or canonical.family_name or canonical.full_name
    if canonical.record_type is None and canonical.organisation_name and not personal:
        return replace(canonical, record_type="organisation")
    return canonical


def _street(texts: Mapping[str, str]) -> dict[str, str]:
    """Street and number in their own places."""
    street, number = texts.get("street", ""), texts.get("street_number", "")
    if street and not fold(number):
        street, number = places.street_line(street)
        street, _ = cleaned("street", street)  # beside a number, too, a placeholder is none
    return {name: text for name, text in (("street", street), ("street_number", number)) if text}


def _unknown(name: str, count: int, policy: Policy) -> str | None:
    if EXTRA_NAME.fullmatch(name):
        if cards.contains_card_number(name):
            return "Its name holds a payment card number."
        return None if count < EXTRA_COUNT_MAX else f"A record has at most {EXTRA_COUNT_MAX} attributes."
    if name in policy.identifiers:
        return "It is an identifier: send it in `identifiers`, with type, value and assurance."
    known = ", ".join((*ATTRIBUTES, ADDRESS_LINE))
    return f"It is not known. Allowed are {known}, and your own as x_<name>, in a-z, 0-9 and _."


def _number(name: str, raw: object) -> tuple[str, str | None]:
    """Numbers and dates as text; yes and no only where the retailer says what it means."""
    is_number = isinstance(raw, float | date) or (isinstance(raw, int) and abs(raw) < 1 << 64)
    if not is_number or (isinstance(raw, bool) and name in _KNOWN):
        return "", NO_TEXT
    return cleaned(name, str(raw))


@lru_cache(maxsize=CACHE_SIZE)
def cleaned(name: str, raw: str) -> tuple[str, str | None]:
    """The clean text of a known attribute, "" when it says nothing, and what is wrong with it."""
    text = clean(raw) if len(raw) <= RAW_LENGTH_MAX else raw
    if len(text) > TEXT_LENGTH_MAX:
        return "", NO_TEXT
    if cards.contains_card_number(text):
        return "", "It holds a payment card number, which must not be stored."
    if text and name in _KNOWN and name not in _SHORT_CODES and junk.is_absent(fold(text)):
        return "", PLACEHOLDER
    return text, None
