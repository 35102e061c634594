"""The report as a table that a spreadsheet opens. Pure."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from offers.money import decimal
from offers.reconciliation.report import Report

COLUMNS = (
    "kind", "store", "day", "terminal", "number", "campaign", "funding", "currency", "uses", "till", "ledger",
    "difference", "returned", "over", "explanation",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(report: Report) -> str:
    """Sums first, then differences (the unexplained ones first), then tills that have not closed their day.
    Amounts are in the currency, with as many digits after the point as it has.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([_harmless(row.get(column, "")) for column in COLUMNS])
    return target.getvalue()


def _rows(report: Report) -> Iterator[dict[str, object]]:
    for one in report.sums:
        yield {
            "kind": "sum",
            "store": one.store,
            "day": one.day.isoformat(),
            "campaign": one.campaign,
            "funding": one.funding,
            "currency": one.currency,
            "uses": one.uses,
            "till": _money(one.till_minor, one.currency),
            "ledger": _money(one.ledger_minor, one.currency),
            "difference": _money(one.difference_minor, one.currency),
            "returned": _money(one.returned_minor, one.currency),
            "over": _money(one.over_minor, one.currency),
        }
    for difference in report.differences:
        yield {
            "kind": "difference",
            "store": difference.store,
            "day": difference.day.isoformat(),
            "terminal": difference.terminal,
            "number": difference.number or "",
            "campaign": difference.campaign,
            "currency": difference.currency,
            "till": _money(difference.till_minor, difference.currency),
            "ledger": _money(difference.ledger_minor, difference.currency),
            "difference": _money(difference.difference_minor, difference.currency),
            "explanation": difference.explanation or "UNEXPLAINED",
        }
    for store, day, terminal in report.open_tills:
        yield {"kind": "open", "store": store, "day": day.isoformat(), "terminal": terminal}


def _money(amount_minor: int, currency: str) -> Decimal:
    return Decimal(decimal(amount_minor, currency))


def _harmless(value: object) -> object:
    """What a till or a marketer wrote must not become a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
