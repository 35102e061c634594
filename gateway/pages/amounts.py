"""Money, percentages and times as shoppers in a store read them: its currency and zone, the page's
language, its region.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from babel.numbers import format_currency, format_percent, get_currency_precision

_LETTER_NEXT_TO_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")


SMALL_HOURS = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Region:
    """How a store writes amounts: currency, zone and the locale for the language that was chosen."""

    currency: str
    zone: ZoneInfo
    locale: Locale


def locale_for(language: str, country: str | None) -> Locale:
    """Return the locale of a language in a country, such as de-AT; of the language alone where CLDR has no
    such pair.
    """
    if country:
        try:
            return Locale.parse(f"{language}_{country.upper()}")
        except (UnknownLocaleError, ValueError):
            pass
    return Locale.parse(language)


def price(amount_minor: int, region: Region) -> str:
    """Return an amount of minor units as a price, such as 12,99 € or CHF 12.90."""
    digits = get_currency_precision(region.currency)
    text = format_currency(Decimal(amount_minor).scaleb(-digits), region.currency, locale=region.locale)
    # Unicode's rule for a currency that is written as letters, which the library leaves out: BHD 12.345.
    return _LETTER_NEXT_TO_DIGIT.sub("\xa0", text)


def saving(before_minor: int, after_minor: int, region: Region) -> str | None:
    """Return what the shopper saves as whole percent, such as -20 %, never more than she does; None below
    one percent.
    """
    if not 0 <= after_minor < before_minor:
        return None
    percent = (before_minor - after_minor) * 100 // before_minor
    return format_percent(Decimal(-percent) / 100, locale=region.locale) if percent else None


def ends(at: dt.datetime, now: dt.datetime, region: Region) -> str:
    """Return when something ends, seen from the store: the time alone when it is today, else day and time.

    The small hours belong to the day before: what ends at midnight or at 01:31 was good until that day's end.
    """
    day = (at.astimezone(region.zone) - SMALL_HOURS).date()
    is_small = at.astimezone(region.zone).date() != day
    clock = format_time(at, "short", tzinfo=region.zone, locale=region.locale)
    if day == now.astimezone(region.zone).date():
        return clock
    named = format_skeleton("MMMEd", dt.datetime.combine(day, dt.time(12)), locale=region.locale)
    return named if is_small else f"{named}, {clock}"
