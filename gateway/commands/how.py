"""`o2o how PROFILE`: how a profile's person came together."""

import json
from uuid import UUID

import click

from gateway.commands import opened


@click.command("how")
@click.argument("profile", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
def command(profile: UUID, as_json: bool) -> None:
    """Show the joins that made a profile, in order, and the links that were refused."""
    from gateway import explained
    from identity.reading import profiles

    with opened.transaction() as (services, connection):
        told = profiles.how(connection, services.identity, profile)
    click.echo(json.dumps(told) if as_json else explained.how(told))
