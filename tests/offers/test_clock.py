"""When a use counts, whatever the till's clock says."""

from datetime import UTC, datetime, timedelta

import pytest

from offers.clock import settle
from offers.redemptions.redemption import Clocks

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TODAY = NOW.date()


def test_online_the_receipt_decides() -> None:
    """A clock an hour slow changes nothing about when the use counts."""
    settled = settle(Clocks(received_at=NOW, occurred_at=NOW - HOUR), offline=False, business_day=TODAY)
    assert (settled.counts_at, settled.happened_at, settled.flags) == (NOW, NOW - HOUR, ())


def test_offline_times_are_corrected_by_how_wrong_the_clock_was_when_it_sent() -> None:
    """A till a day behind sends what happened an hour ago by its own clock."""
    a_day = timedelta(days=1)
    clocks = Clocks(received_at=NOW, occurred_at=NOW - a_day - HOUR, sent_at=NOW - a_day)
    settled = settle(clocks, offline=True, business_day=TODAY)
    assert (settled.counts_at, settled.flags) == (NOW - HOUR, ())


@pytest.mark.parametrize(
    ("stated", "accepted"),
    [
        (NOW - timedelta(hours=72), True),
        (NOW - timedelta(hours=72, seconds=1), False),
        (NOW + timedelta(minutes=5), True),
        (NOW + timedelta(minutes=5, seconds=1), False),
    ],
)
def test_what_lies_outside_the_window_counts_at_receipt_and_is_flagged(
    stated: datetime, accepted: bool
) -> None:
    """Seventy-two hours back and five minutes ahead are believed."""
    settled = settle(Clocks(received_at=NOW, occurred_at=stated), offline=True, business_day=TODAY)
    assert settled.counts_at == (stated if accepted else NOW)
    assert settled.flags == (() if accepted else ("clock",))


def test_a_till_that_says_no_time_is_taken_at_its_receipt() -> None:
    """Nothing stated, nothing flagged."""
    assert settle(Clocks(received_at=NOW), offline=True, business_day=TODAY).counts_at == NOW


def test_what_a_day_file_of_last_month_tells_happened_then() -> None:
    """It counts at its receipt and is flagged, but her history and what she bought lately know the truth."""
    then = NOW - timedelta(days=30)
    settled = settle(Clocks(received_at=NOW, occurred_at=then), offline=False, business_day=then.date())
    assert (settled.counts_at, settled.happened_at, settled.flags) == (NOW, then, ("clock",))


@pytest.mark.parametrize("stated", [datetime(1970, 1, 1, tzinfo=UTC), NOW + timedelta(days=1)])
def test_a_clock_that_contradicts_the_business_day_or_is_ahead_is_not_believed(stated: datetime) -> None:
    """A till whose battery died says 1970 on today's business day; one set wrong says tomorrow."""
    settled = settle(Clocks(received_at=NOW, occurred_at=stated), offline=False, business_day=TODAY)
    assert (settled.happened_at, settled.flags) == (NOW, ("clock",))
