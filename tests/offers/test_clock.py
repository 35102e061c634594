"""When a use counts, whatever the till's clock says."""

from datetime import UTC, datetime, timedelta

import pytest

from offers.clock import settle
from offers.redemptions.redemption import Clocks

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_online_the_receipt_decides() -> None:
    """A clock an hour slow changes nothing about when the use counts."""
    settled = settle(Clocks(received_at=NOW, occurred_at=NOW - HOUR), offline=False)
    assert (settled.counts_at, settled.happened_at, settled.flags) == (NOW, NOW - HOUR, ())


def test_offline_times_are_corrected_by_how_wrong_the_clock_was_when_it_sent() -> None:
    """A till a day behind sends what happened an hour ago by its own clock."""
    a_day = timedelta(days=1)
    clocks = Clocks(received_at=NOW, occurred_at=NOW - a_day - HOUR, sent_at=NOW - a_day)
    settled = settle(clocks, offline=True)
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
    settled = settle(Clocks(received_at=NOW, occurred_at=stated), offline=True)
    assert settled.counts_at == (stated if accepted else NOW)
    assert settled.flags == (() if accepted else ("clock",))


def test_a_till_that_says_no_time_is_taken_at_its_receipt() -> None:
    """Nothing stated, nothing flagged."""
    assert settle(Clocks(received_at=NOW), offline=True).counts_at == NOW
