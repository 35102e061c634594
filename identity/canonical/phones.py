"""Phone numbers in international form (E.164), an extension behind `;ext=`.

The package phonenumbers knows every country's plan and takes 70 us for a number. Numbers written plainly take
a quick path over the same plans; it answers only where nothing in phonenumbers' parsing could decide
otherwise.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
)

from identity.canonical.text import CACHE_SIZE

LENGTH_MAX: Final = 64
CONCEIVABLE_MIN: Final = 10_000_000  # eight digits: shorter numbers out of use are mostly something else
NORTH_AMERICA: Final = 1
NATIONAL_LENGTH: Final = 10  # of every North American number

NOTHING: Final = r"(?!)"  # matches nowhere

_PLAIN: Final = re.compile(r"\+?[0-9][0-9 ()/.-]{3,30}", re.ASCII)
_BETWEEN: Final = re.compile(r"[ ()/.-]+")
_FILLER: Final = re.compile(r"([0-9])\1{6,}(?:;|\Z)")
_TYPES: Final = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
    "fixed_line",
    "mobile",
)


@lru_cache(maxsize=CACHE_SIZE)
def normalised(cleaned: str, country: str, fallback: str | None = None) -> str | None:
    """The number in E.164, None when no such number can exist.

    `country` says where national numbers are from; `fallback` is asked for those that nobody has there. Only
    what nobody has anywhere is taken for a number out of use.
    """
    if not 3 <= len(cleaned) <= LENGTH_MAX:
        return None
    found = _quick(cleaned, country) or _thorough(cleaned, country)
    if found is None and fallback is not None:
        found = _thorough(cleaned, fallback)
    return found or _out_of_use(cleaned, country) or (fallback and _out_of_use(cleaned, fallback)) or None


def is_junk(number: str) -> bool:
    """True for numbers that end in one digit over and over: a cashier's way out."""
    return _FILLER.search(number) is not None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is needed of a country's numbering plan."""

    code: str
    prefix: re.Pattern[str]
    abroad: re.Pattern[str]
    general: re.Pattern[str]
    kinds: tuple[tuple[frozenset[int], re.Pattern[str]], ...]

    def is_valid(self, national: str) -> bool:
        return self.general.fullmatch(national) is not None and any(
            len(national) in lengths and pattern.fullmatch(national) for lengths, pattern in self.kinds
        )


def _quick(cleaned: str, country: str) -> str | None:
    """What `_thorough` gives, for plainly written numbers of countries with a simple plan."""
    if _PLAIN.fullmatch(cleaned) is None:
        return None
    digits = _BETWEEN.sub("", cleaned)
    if digits[0] == "+":
        return _quick_international(digits[1:])
    plan = _plan(country)
    if plan is None or digits.startswith(plan.code) or plan.abroad.match(digits):
        return None
    prefix = plan.prefix.match(digits)
    national = digits[prefix.end() :] if prefix else digits
    if not plan.is_valid(national) or _loses_prefix(plan, national):
        return None
    return f"+{plan.code}{national}"


def _quick_international(digits: str) -> str | None:
    for length in (1, 2, 3):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions:
            plan, national = _plan(regions[0]), digits[length:]
            if plan is None or not plan.is_valid(national) or _loses_prefix(plan, national):
                return None
            return f"+{digits}"
    return None


def _loses_prefix(plan: _Plan, national: str) -> bool:
    """True when phonenumbers might take a national prefix off: not for us to guess."""
    return plan.prefix.match(national) is not None


def _thorough(cleaned: str, country: str) -> str | None:
    number = _parsed(cleaned, country)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return _written(number)


def _out_of_use(cleaned: str, country: str) -> str | None:
    """A number of the right length in a range that is not in use.

    Ranges are opened faster than programs are updated, and a mistyped number still tells who wrote it.
    """
    parsed = _parsed(cleaned, country)
    if parsed is None:
        return None
    number = _with_extension(parsed)
    long_enough = number.national_number is not None and number.national_number >= CONCEIVABLE_MIN
    if not long_enough or not phonenumbers.is_possible_number(number):
        return None
    written = _written(number)
    # A zero more than the prefix was kept as part of the number, and would go when it is read again.
    return written if written == cleaned else normalised(written, country)


def _parsed(cleaned: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(cleaned, country)
    except NumberParseException:
        return None


def _written(number: PhoneNumber) -> str:
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{text};ext={number.extension}" if number.extension else text


def _with_extension(number: PhoneNumber) -> PhoneNumber:
    """A North American number whose extension was written on without a mark; its length is fixed."""
    digits = str(number.national_number).lstrip("1")
    if number.country_code != NORTH_AMERICA or number.extension or len(digits) <= NATIONAL_LENGTH:
        return number
    national, extension = digits[:NATIONAL_LENGTH], digits[NATIONAL_LENGTH:]
    return PhoneNumber(country_code=NORTH_AMERICA, national_number=int(national), extension=extension)


@cache
def _plan(country: str) -> _Plan | None:
    """The plan of a country, None when its rules ask for the whole of phonenumbers."""
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.national_prefix_transform_rule is not None:
        return None
    prefix = re.compile(metadata.national_prefix_for_parsing or NOTHING)
    if prefix.groups:
        return None
    general = metadata.general_desc and metadata.general_desc.national_number_pattern
    if not general:
        return None
    kinds = [getattr(metadata, kind) for kind in _TYPES]
    return _Plan(
        code=str(metadata.country_code),
        prefix=prefix,
        abroad=re.compile(metadata.international_prefix or NOTHING),
        general=re.compile(general),
        kinds=tuple(
            (frozenset(kind.possible_length), re.compile(kind.national_number_pattern))
            for kind in kinds
            if kind is not None and kind.national_number_pattern
        ),
    )
