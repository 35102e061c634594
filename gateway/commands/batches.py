"""`o2o batches`: deliveries of many records, and taking one back."""

import json

import click

from gateway.commands import opened


@click.group("batches")
def command() -> None:
    """List deliveries and take one back."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_batches(limit: int, as_json: bool) -> None:
    """Show the newest deliveries, with how many records each still answers for."""
    from gateway.api.sources import batch_of
    from identity.batches import rolling

    with opened.connection() as connection:
        found = [batch_of(each) for each in rolling.listed(connection, limit=limit)]
    if as_json:
        click.echo(json.dumps(found))
        return
    for each in found:
        state = f"rolled back {each['rolled_back_at']}" if each["rolled_back_at"] else "standing"
        click.echo(f"{each['batch']:32} {each['records']:>10,} records  {each['opened_at']}  {state}")


@command.command("rollback")
@click.argument("batch")
def roll_back(batch: str) -> None:
    """Take a delivery back; the worker does it, record by record."""
    import datetime as dt

    from identity.batches import rolling

    with opened.connection() as connection:
        found = rolling.roll_back(connection, batch, author=opened.author(), now=dt.datetime.now(dt.UTC))
    click.echo(f"{found.records:,} records of {batch} are taken back in the background.")
