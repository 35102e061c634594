"""`o2o reconcile`: what the tills say they gave against what the ledger says, for whoever signs the day's
books.
"""

import datetime as dt
import sys
from typing import TYPE_CHECKING

import click

from gateway.commands import opened

if TYPE_CHECKING:
    from offers.reconciliation.report import Report


@click.command("reconcile")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The business day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last business day; left out: one day.")
@click.option("--store", help="One store; left out: all.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table that a spreadsheet opens.")
def command(day: dt.datetime, until: dt.datetime | None, store: str | None, as_csv: bool) -> None:
    """Print the report on a business day. The exit code is 1 when a difference is unexplained."""
    from offers.reconciliation import books, sheet

    with opened.transaction() as (services, connection):
        report = books.reconcile(
            connection, services.offers, since=day.date(), until=(until or day).date(), store_code=store
        )
    click.echo(sheet.csv_text(report) if as_csv else _told(report), nl=not as_csv)
    sys.exit(1 if report.unexplained else 0)


def _told(report: "Report") -> str:
    """The report for people: sums, then what does not agree, then who has not closed."""
    heading = (
        f"{'store':8}{'day':12}{'campaign':28}{'funding':10}{'':4}"
        f"{'uses':>6}{'tills':>12}{'ledger':>12}{'difference':>12}{'returned':>12}{'over':>10}"
    )
    lines = [heading]
    lines += [
        f"{one.store:8}{one.day.isoformat():12}{one.campaign or '(unknown)':28}"
        f"{one.funding:10}{one.currency:4}"
        f"{one.uses:6,}{one.till_minor:12,}{one.ledger_minor:12,}{one.difference_minor:12,}"
        f"{one.returned_minor:12,}{one.over_minor:10,}"
        for one in report.sums
    ]
    lines.append(f"\n{len(report.unexplained)} unexplained of {len(report.differences)} differences")
    lines += [
        f"  {one.store}/{one.terminal}/{one.day.isoformat()}/{one.number or 'whole day'}  {one.offer}: till "
        f"{one.till_minor:,}, ledger {one.ledger_minor:,}: {one.explanation or 'UNEXPLAINED'}"
        for one in report.differences
    ]
    if report.open_tills:
        named = ", ".join(f"{store}/{terminal} ({on})" for store, on, terminal in report.open_tills)
        lines.append(f"\n{len(report.open_tills)} of {report.tills} tills have not closed: {named}")
    return "\n".join(lines)
