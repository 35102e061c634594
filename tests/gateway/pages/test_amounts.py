"""Prices, savings and times as a store's shoppers read them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from gateway.pages.amounts import Region, ends, locale_for, price, saving

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)


def region(language: str, country: str, currency: str, zone: str = "Europe/Vienna") -> Region:
    """A store's region."""
    return Region(currency, ZoneInfo(zone), locale_for(language, country))


@pytest.mark.parametrize(
    ("amount_minor", "where", "expected"),
    [
        (1299, region("de", "DE", "EUR"), "12,99 €"),
        (1299, region("de", "AT", "EUR"), "€ 12,99"),
        (1299, region("en", "AT", "EUR"), "€ 12,99"),
        (1299, region("en", "IE", "EUR"), "€12.99"),
        (129900, region("de", "CH", "CHF"), "CHF 1’299.00"),
        (129900, region("fr", "FR", "EUR"), "1 299,00 €"),
        (1299, region("en", "JP", "JPY", "Asia/Tokyo"), "¥1,299"),
        (12345, region("en", "BH", "BHD", "Asia/Bahrain"), "BHD 12.345"),
        (0, region("en", "US", "USD", "America/New_York"), "$0.00"),
    ],
)
def test_a_price_is_written_as_the_store_writes_it(amount_minor: int, where: Region, expected: str) -> None:
    """Currency and its digits are the store's, the form is that of language and country together."""
    assert price(amount_minor, where).replace("\xa0", " ").replace("\u202f", " ") == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(7990, 6392, "-20%"), (999, 667, "-33%"), (1000, 995, None), (1000, 1000, None), (1000, 1200, None)],
)
def test_a_saving_is_never_more_than_the_shopper_saves(before: int, after: int, expected: str | None) -> None:
    """Whole percent, rounded down; nothing is said below one percent."""
    assert saving(before, after, region("en", "US", "USD", "America/New_York")) == expected


@pytest.mark.parametrize(
    ("at", "language", "expected"),
    [
        (dt.datetime(2026, 11, 21, 19, 0, tzinfo=dt.UTC), "de", "20:00"),
        (dt.datetime(2026, 11, 21, 19, 0, tzinfo=dt.UTC), "en", "20:00"),
        (dt.datetime(2026, 11, 23, 19, 0, tzinfo=dt.UTC), "de", "Mo., 23. Nov., 20:00"),
        (dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC), "de", "00:30"),
        (dt.datetime(2026, 11, 29, 23, 0, tzinfo=dt.UTC), "de", "So., 29. Nov."),
        (dt.datetime(2026, 12, 11, 0, 31, tzinfo=dt.UTC), "de", "Do., 10. Dez."),
    ],
)
def test_an_end_is_told_in_the_stores_own_time(at: dt.datetime, language: str, expected: str) -> None:
    """Today needs the time only; today is the store's day; the small hours belong to the day before."""
    assert ends(at, NOW, region(language, "AT", "EUR")).replace("\u202f", " ") == expected


def test_a_pair_of_language_and_country_that_nobody_writes_falls_back_to_the_language() -> None:
    """A page in French in a store in Japan is written in French."""
    assert str(locale_for("fr", "JP")) == "fr"
    assert str(locale_for("de", None)) == "de"
