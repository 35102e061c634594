"""The day's books: sums to the cent, every difference listed, what nobody explains first."""

import csv
import io
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offers.reconciliation.report import Closing, Entry, build
from offers.reconciliation.sheet import csv_text

DAY = date(2026, 11, 21)
TILL = ("0042", DAY, "07")


def _entry(said: int | None, booked: int | None, number: str = "1", **more: Any) -> Entry:
    values: dict[str, Any] = {
        "store": "0042",
        "day": DAY,
        "terminal": "07",
        "number": number,
        "offer": "tenth.1",
    }
    common = {"campaign": "tenth", "funding": "vendor", "currency": "EUR"}
    return Entry(**(values | common | more), said_minor=said, booked_minor=booked)


AMOUNTS = st.one_of(st.none(), st.integers(0, 500))


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=10))
def test_the_differences_are_the_difference_of_the_sums(amounts: list[tuple[int | None, int | None]]) -> None:
    """Nothing is left out: what is listed adds up to what the sums differ by."""
    entries = [_entry(said, booked, str(number)) for number, (said, booked) in enumerate(amounts)]
    report = build(entries, [], set())
    listed = sum(one.till_minor - one.ledger_minor for one in report.differences)
    assert listed == sum(one.difference_minor for one in report.sums)


def test_a_commit_without_a_receipt_is_the_till_s_word() -> None:
    """A till that reports redemptions only agrees with the ledger."""
    assert build([_entry(None, 100)], [], set()).differences == ()


def test_what_nobody_explains_comes_first() -> None:
    """Refused and unknown offers explain themselves; a till that gave less than was booked does not."""
    entries = [
        _entry(100, 0, "1", reason="capacity"),
        _entry(100, None, "2", campaign=""),
        _entry(100, 200, "3"),
        _entry(100, 0, "4", state="reversed"),
        _entry(100, 90, "5", reports=("commit_differs",)),
    ]
    report = build(entries, [], set())
    assert [(one.number, one.explanation) for one in report.differences] == [
        ("3", None),
        ("1", "refused: capacity"),
        ("2", "unknown_offer"),
        ("4", "reversed"),
        ("5", "commit_differs"),
    ]
    assert len(report.unexplained) == 1


def test_a_closing_that_names_more_than_was_received_is_found() -> None:
    """Something is still in a journal, or lost; who has not closed is named."""
    entries = [_entry(100, 100)]
    closing = Closing(store="0042", day=DAY, terminal="07", offer="tenth.1", currency="EUR", closed_minor=300)
    report = build(entries, [closing], {TILL})
    assert [(one.number, one.till_minor, one.ledger_minor) for one in report.unexplained] == [
        (None, 300, 100)
    ]
    assert build(entries, [], set()).open_tills == (TILL,)
    assert [one.till_minor for one in build(entries, [], {TILL}).unexplained] == [0]


def test_a_spreadsheet_gets_numbers_and_no_formulas() -> None:
    """Whatever a till calls itself."""
    report = build([_entry(100, 2_105, campaign="=1+1")], [], set())
    rows = list(csv.DictReader(io.StringIO(csv_text(report))))
    told = [(row["kind"], row["campaign"], row["till"], row["difference"], row["currency"]) for row in rows]
    assert told[:2] == [  # and then the till that is open
        ("sum", "'=1+1", "1.00", "-20.05", "EUR"),
        ("difference", "'=1+1", "1.00", "-20.05", "EUR"),
    ]


def test_totals_are_by_who_pays_and_in_one_currency_each() -> None:
    """Nobody adds up forints and euros, nor what vendors owe and what the retailer bears."""
    entries = [
        _entry(100, 90, "1"),
        _entry(40, 40, "2", store="0043"),
        _entry(7, 7, "3", currency="HUF"),
        _entry(5, 5, "4", funding="retailer"),
    ]
    report = build(entries, [], set())
    assert [(one.funding, one.currency, one.till_minor, one.ledger_minor) for one in report.totals] == [
        ("retailer", "EUR", 5, 5),
        ("vendor", "EUR", 140, 130),
        ("vendor", "HUF", 7, 7),
    ]
