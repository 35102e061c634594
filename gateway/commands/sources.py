"""`o2o sources`: which sources are paused, pausing one, and letting it join again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gateway.wiring import Services

AUTHOR = "command"


@click.group("sources")
def command() -> None:
    """List sources, pause one, resume it."""


@command.command("list")
def list_sources() -> None:
    """Show all sources, and which are paused."""
    from identity.breaker import watching

    with _transaction() as (services, connection):
        found = watching.sources(connection, services.identity)
    for each in found:
        state = "joining" if each.paused_at is None else f"paused by {each.paused_by}: {each.reason}"
        waiting = f" {each.held:,} records wait." if each.held else ""
        click.echo(f"{each.source:14} {state}{waiting}")


@command.command("pause")
@click.argument("source")
@click.option("--reason", required=True, help="For whoever finds it paused.")
def pause_source(source: str, reason: str) -> None:
    """Store what the source sends and join nothing of it."""
    from identity.breaker import watching

    with _transaction() as (services, connection):
        watching.pause(
            connection, services.identity, source, reason=reason, author=AUTHOR, now=services.clock()
        )


@command.command("resume")
@click.argument("source")
def resume_source(source: str) -> None:
    """Join again, also what came meanwhile."""
    from identity.breaker import watching

    with _transaction() as (services, connection):
        watching.resume(connection, services.identity, source, now=services.clock())


@contextmanager
def _transaction() -> Iterator[tuple["Services", "Connection"]]:
    from gateway.settings import from_environment
    from gateway.wiring import open_services
    from identity.errors import IdentityError

    services = open_services(from_environment())
    try:
        with services.database.transaction() as connection:
            yield services, connection
    except IdentityError as error:
        raise click.ClickException(str(error)) from error
    finally:
        services.close()
