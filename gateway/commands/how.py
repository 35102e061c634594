"""`o2o how PROFILE`: how a profile's person came together."""

import json
from uuid import UUID

import click


@click.command("how")
@click.argument("profile", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
def command(profile: UUID, as_json: bool) -> None:
    """Show the joins that made a profile, in order, and the links that were refused."""
    from gateway import explained
    from gateway.settings import from_environment
    from gateway.wiring import open_services
    from identity.errors import IdentityError
    from identity.reading import profiles

    services = open_services(from_environment())
    try:
        with services.database.transaction() as connection:
            told = profiles.how(connection, services.identity, profile)
    except IdentityError as error:
        raise click.ClickException(str(error)) from error
    finally:
        services.close()
    click.echo(json.dumps(told) if as_json else explained.how(told))
