from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import dates


@pytest.mark.parametrize(
    ("written", "order", "born"),
    [
        ("1980-02-01", "dmy", date(1980, 2, 1)),
        ("19800201", "mdy", date(1980, 2, 1)),
        ("1980-02-01T00:00:00Z", "dmy", date(1980, 2, 1)),
        ("1980/2/1", "dmy", date(1980, 2, 1)),
        ("1980-31-12", "dmy", date(1980, 12, 31)),
        ("01.02.1980", "dmy", date(1980, 2, 1)),
        ("01/02/1980", "mdy", date(1980, 1, 2)),
        ("1. 2. 1980", "dmy", date(1980, 2, 1)),
        ("31/12/1980", "mdy", date(1980, 12, 31)),
        ("12/31/1980", "dmy", date(1980, 12, 31)),
        ("1 Feb 1980", "mdy", date(1980, 2, 1)),
        ("1. Jänner 1980", "dmy", date(1980, 1, 1)),
        ("February 1, 1980", "dmy", date(1980, 2, 1)),
        ("01/02/80", "dmy", date(1980, 2, 1)),
        ("3/1/70", "mdy", date(1970, 3, 1)),
        ("2/4/31", "mdy", date(1931, 2, 4)),
        ("24/12/29", "mdy", date(2029, 12, 24)),
        ("24-May-11", "mdy", date(2011, 5, 24)),
        ("15. Mai 1992", "dmy", date(1992, 5, 15)),
        ("Mar 1 1970", "dmy", date(1970, 3, 1)),
        ("1/2/3", "dmy", None),
        ("01/02/198", "dmy", None),
        ("30.02.1980", "dmy", None),
        ("0001-01-01", "dmy", None),
        ("9999-12-31", "dmy", None),
        ("born in May", "dmy", None),
    ],
)
def test_dates_are_read_in_the_sources_own_order(written: str, order: str, born: date | None) -> None:
    """The order decides only what the calendar leaves open; a year of two digits lies in 1930 to 2029."""
    assert dates.birth(written, order) == born


@given(st.dates(date(1850, 1, 1), date(2150, 12, 31)), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_iso_dates_mean_one_day_everywhere(born: date, order: str) -> None:
    """The canonical form is read back as itself whatever the order."""
    assert dates.birth(born.isoformat(), order) == born


@given(st.text(max_size=20))
def test_no_text_makes_reading_fail(written: str) -> None:
    """A date or none, never an error."""
    dates.birth(written, "dmy")
