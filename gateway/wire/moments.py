"""Times and dates as they come in: RFC 3339 with a zone, inside a range that every later computation can
bear.

One parser serves the published schemas and the fast decoder, so that they cannot disagree.
"""

import datetime as dt

import msgspec

EARLIEST = dt.datetime(1900, 1, 2, tzinfo=dt.UTC)
LATEST = dt.datetime(2199, 12, 30, tzinfo=dt.UTC)
"""One day inside the calendar on both ends: a zone's offset must not carry a time over the edge."""


def moment(text: object) -> dt.datetime:
    """Return the aware UTC time of an RFC 3339 text; ValueError says what is wrong with it."""
    if not isinstance(text, str):
        raise ValueError("must be a text, as in 2026-11-21T10:15:00+01:00")  # noqa: TRY004  (one error to catch)
    try:
        value = msgspec.convert(text, dt.datetime)
    except msgspec.ValidationError:
        raise ValueError("is not an RFC 3339 time, as in 2026-11-21T10:15:00+01:00") from None
    if value.tzinfo is None:
        raise ValueError("has no zone; add Z or an offset such as +01:00")
    # Compared before it is converted: converting year 1 with an offset of +14:00 would overflow.
    if not EARLIEST <= value <= LATEST:
        raise ValueError("must lie between 1900 and 2199")
    return value.astimezone(dt.UTC)


def day(text: object) -> dt.date:
    """Return the date of a text such as 2026-11-21; ValueError says what is wrong with it."""
    if not isinstance(text, str):
        raise ValueError("must be a text, as in 2026-11-21")  # noqa: TRY004  (one error to catch)
    try:
        value = msgspec.convert(text, dt.date)
    except msgspec.ValidationError:
        raise ValueError("is not a date, as in 2026-11-21") from None
    if not EARLIEST.date() <= value <= LATEST.date():
        raise ValueError("must lie between 1900 and 2199")
    return value


def rfc3339(value: dt.datetime | None) -> str | None:
    """Return a UTC time as the door writes it, with Z and without needless fractions."""
    if value is None:
        return None
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def of_seconds(at_s: int) -> dt.datetime:
    """Return the instant so many seconds after the beginning of 1970, as offers keep them."""
    return dt.datetime.fromtimestamp(at_s, dt.UTC)
