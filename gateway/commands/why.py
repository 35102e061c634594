"""`o2o why LEFT RIGHT`: whether two records are one person, and what speaks for and against it."""

import json
from uuid import UUID

import click


@click.command("why")
@click.argument("left", type=click.UUID)
@click.argument("right", type=click.UUID)
@click.option("--values", is_flag=True, help="Show what was compared, not only how it agrees.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
def command(left: UUID, right: UUID, values: bool, as_json: bool) -> None:
    """Explain two records, by any id they ever had."""
    from gateway import explained
    from gateway.settings import from_environment
    from gateway.wiring import open_services
    from identity.errors import IdentityError
    from identity.reading import profiles

    services = open_services(from_environment())
    try:
        with services.database.transaction() as connection:
            told = profiles.why(connection, services.identity, left, right, show=str if values else None)
    except IdentityError as error:
        raise click.ClickException(str(error)) from error
    finally:
        services.close()
    click.echo(json.dumps(told) if as_json else explained.why(told))
