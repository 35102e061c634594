"""`o2o sources`: which sources are paused, pausing one, and letting it join again."""

import click

from gateway.commands import opened


@click.group("sources")
def command() -> None:
    """List sources, pause one, resume it."""


@command.command("list")
def list_sources() -> None:
    """Show all sources, and which are paused."""
    from identity.breaker import watching

    with opened.transaction() as (services, connection):
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
    from identity.canonical import cards

    told = cards.mask(reason)
    with opened.transaction() as (services, connection):
        watching.pause(
            connection, services.identity, source, reason=told, author=opened.author(), now=services.clock()
        )


@command.command("resume")
@click.argument("source")
def resume_source(source: str) -> None:
    """Join again, also what came meanwhile."""
    from identity.breaker import watching

    with opened.transaction() as (services, connection):
        watching.resume(connection, services.identity, source, now=services.clock())
