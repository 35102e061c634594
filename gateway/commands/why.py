"""`o2o why LEFT RIGHT`: whether two records are one person, and what speaks for and against it."""

import json
from uuid import UUID

import click

from gateway.commands import opened


@click.command("why")
@click.argument("left", type=click.UUID)
@click.argument("right", type=click.UUID)
@click.option("--values", is_flag=True, help="Show what was compared, not only how it agrees.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
def command(left: UUID, right: UUID, values: bool, as_json: bool) -> None:
    """Explain two records, by any id they ever had."""
    from gateway import explained
    from identity.reading import profiles

    with opened.transaction() as (services, connection):
        told = profiles.why(connection, services.identity, left, right, show=str if values else None)
    click.echo(json.dumps(told) if as_json else explained.why(told))
