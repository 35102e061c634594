"""`o2o model`: which models there are, and which one weighs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.commands import opened

if TYPE_CHECKING:
    from identity.versions.whatif import Found


with_people = click.option(
    "--people",
    type=click.IntRange(10, 100_000),
    default=1_000,
    show_default=True,
    help="From how many stored records to look around.",
)
with_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group("model")
def command() -> None:
    """List, add, activate models, and go back."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_models(as_json: bool) -> None:
    """Show all versions; `*` marks the active one."""
    from gateway.wire.moments import rfc3339
    from identity.versions import switching

    with opened.transaction() as (_, connection):
        found = switching.versions(connection)
    if as_json:
        rows = [
            {
                "version": each.version,
                "active": each.is_active,
                "records": each.records,
                "added_at": rfc3339(each.added_at),
                "activated_at": rfc3339(each.activated_at),
            }
            for each in found
        ]
        click.echo(json.dumps(rows))
        return
    for each in found:
        click.echo(
            f"{'*' if each.is_active else ' '} {each.version:24} {each.records:>12,} records"
            f"  added {each.added_at:%Y-%m-%d %H:%M}"
        )


@command.command("add")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add_model(path: Path) -> None:
    """Store the model in a file, without using it yet."""
    from identity.versions import switching

    with opened.transaction() as (services, connection):
        switching.add(connection, services.identity, _document(path), now=services.clock())


@command.command("activate")
@click.argument("version")
def activate_model(version: str) -> None:
    """Weigh with this model from now on; everything stored is weighed again in the background."""
    from identity.versions import switching

    with opened.transaction() as (services, connection):
        is_new = switching.activate(connection, version, author=opened.author(), now=services.clock())
    click.echo(f"{version} is the active model{'' if is_new else ' already'}.")


@command.command("back")
def go_back() -> None:
    """Weigh with the model again that was active before."""
    from identity.versions import switching

    with opened.transaction() as (services, connection):
        switching.back(connection, author=opened.author(), now=services.clock())
        active = next(each.version for each in switching.versions(connection) if each.is_active)
    click.echo(f"{active} is the active model again.")


@command.command("try")
@click.argument("version")
@with_people
@with_json
def try_model(version: str, people: int, as_json: bool) -> None:
    """Tell which joins and splits a switch to this model would make, with samples; nothing is changed."""
    from identity.versions import whatif

    with opened.transaction() as (services, connection):
        found = whatif.look(connection, services.identity, version, records=people)
    tell(found, as_json=as_json)


def tell(found: "Found", *, as_json: bool) -> None:
    """Prints what a switch would join and split."""
    if as_json:
        click.echo(json.dumps(found.document()))
        return
    click.echo(f"{found.records:,} records looked at: {found.joins:,} joins and {found.splits:,} splits.")
    for kind, samples in (("join", found.joined), ("split", found.split)):
        for left, right in samples:
            click.echo(f"  {kind:5}  {left}  {right}   (o2o why {left} {right})")


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{path} is no model: {error}") from error
