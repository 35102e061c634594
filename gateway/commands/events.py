"""`o2o events`: the messages of large calls that wait to be worked on, or were given up."""

import click
from rich.console import Console
from rich.table import Table

from gateway.commands import opened
from gateway.wiring import utc_now


@click.group("events")
def command() -> None:
    """Look after online events that wait."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
def listing(limit: int) -> None:
    """Show what waits, the oldest first; without a next turn it was given up."""
    from gateway.inbox import store_batches

    table = Table("number", "source", "came", "tries", "next turn", "trouble", box=None, pad_edge=False)
    with opened.transaction() as (_, connection):
        for one in store_batches.listing(connection, limit=limit):
            came = one.received_at.isoformat(timespec="seconds")
            turn = one.due_at.isoformat(timespec="seconds") if one.due_at else "given up"
            table.add_row(str(one.batch_no), one.source, came, str(one.attempts), turn, one.trouble or "")
    Console().print(table)


@command.command("retry")
def retry() -> None:
    """Try again what was given up."""
    from gateway.inbox import store_batches

    with opened.transaction() as (_, connection):
        count = store_batches.revive(connection, now=utc_now())
    click.echo(f"{count} to be tried again")
