"""`o2o reconcile`: what the tills say they gave against what the ledger says, for whoever signs the day's
books.
"""

import datetime as dt
import sys
from typing import TYPE_CHECKING

import click

from gateway.commands import opened
from offers.money import decimal

if TYPE_CHECKING:
    from offers.reconciliation.report import Report, Sum


HEADING = (
    f"{'store':8}{'day':12}{'campaign':28}{'funding':10}{'':4}"
    f"{'uses':>6}{'tills':>12}{'ledger':>12}{'difference':>12}{'returned':>12}{'over':>10}"
)


@click.command("reconcile")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The business day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last business day; left out: one day.")
@click.option("--store", help="One store; left out: all.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table that a spreadsheet opens.")
def command(day: dt.datetime, until: dt.datetime | None, store: str | None, as_csv: bool) -> None:
    """Print the report on a business day. The exit code is 1 when a difference is unexplained."""
    from offers.reconciliation import books, sheet

    last = (until or day).date()
    with opened.transaction() as (services, connection):
        report = books.reconcile(connection, services.offers, since=day.date(), until=last, store_code=store)
    click.echo(sheet.csv_text(report) if as_csv else _told(report, day.date(), last, store), nl=not as_csv)
    sys.exit(1 if report.unexplained else 0)


def _told(report: "Report", since: dt.date, until: dt.date, store: str | None) -> str:
    """The report for people: what it is on, sums, then what does not agree, then who has not closed."""
    days = since.isoformat() if since == until else f"{since.isoformat()} to {until.isoformat()}"
    lines = [
        f"Business day {days}, {'all stores' if store is None else f'store {store}'}: what offers gave",
        "",
        HEADING,
    ]
    lines += [
        f"{one.store:8}{one.day.isoformat():12}{one.campaign or '(unknown)':28}{_amounts(one)}"
        for one in report.sums
    ]
    lines += [f"{'':20}{'all':28}{_amounts(one)}" for one in report.totals]
    lines += ["", f"{len(report.unexplained)} unexplained of {len(report.differences)} differences"]
    lines += [
        f"  {one.store}/{one.terminal}/{one.day.isoformat()}/{one.number or 'whole day'}  {one.offer}:"
        f" till {decimal(one.till_minor, one.currency)}, ledger {decimal(one.ledger_minor, one.currency)}"
        f" {one.currency}: {one.explanation or 'UNEXPLAINED'}"
        for one in report.differences
    ]
    if report.open_tills:
        named = ", ".join(f"{at}/{terminal} ({on})" for at, on, terminal in report.open_tills)
        lines += ["", f"{len(report.open_tills)} of {report.tills} tills have not closed: {named}"]
    return "\n".join(lines)


def _amounts(one: "Sum") -> str:
    minor = one.till_minor, one.ledger_minor, one.difference_minor, one.returned_minor, one.over_minor
    till, ledger, difference, returned, over = (decimal(each, one.currency) for each in minor)
    return (
        f"{one.funding:10}{one.currency:4}{one.uses:6,}"
        f"{till:>12}{ledger:>12}{difference:>12}{returned:>12}{over:>10}"
    )
