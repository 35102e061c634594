"""`o2o batches`: deliveries of many records, and taking one back."""

import json

import click

AUTHOR = "command"


@click.group("batches")
def command() -> None:
    """List deliveries and take one back."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_batches(limit: int, as_json: bool) -> None:
    """Show the newest deliveries, with how many records each still answers for."""
    from gateway.api.sources import batch_of
    from gateway.database import open_database
    from gateway.settings import from_environment
    from identity.batches import rolling

    with open_database(from_environment()) as database, database.transaction() as connection:
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

    from gateway.database import open_database
    from gateway.settings import from_environment
    from identity.batches import rolling
    from identity.errors import UnknownBatchError

    with open_database(from_environment()) as database, database.transaction() as connection:
        try:
            found = rolling.roll_back(connection, batch, author=AUTHOR, now=dt.datetime.now(dt.UTC))
        except UnknownBatchError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{found.records:,} records of {batch} are taken back in the background.")
