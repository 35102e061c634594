"""`o2o policy`: what another identity policy would join and split, and doing it."""

from pathlib import Path

import click

from gateway.commands import opened
from gateway.commands.model import tell, with_json, with_people


@click.group("policy")
def command() -> None:
    """See what an identity policy would do before `O2O_POLICY` names it, and apply it then."""


@command.command("try")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@with_people
@with_json
def try_policy(path: Path, people: int, as_json: bool) -> None:
    """Tell which joins and splits this policy would make among what is stored; nothing is changed."""
    from identity import policy
    from identity.versions import whatif

    with opened.transaction() as (services, connection):
        found = whatif.look_by_policy(connection, services.identity, policy.load(path), records=people)
    tell(found, as_json=as_json)


@command.command("apply")
def apply_policy() -> None:
    """Place everything stored again, in the background, that another policy placed."""
    from identity.versions import switching

    with opened.transaction() as (services, connection):
        count = switching.apply_policy(connection, services.identity, now=services.clock())
        version = services.identity.policy.version
    if count:
        click.echo(f"Policy {version!r} is being applied to {count:,} records that another one placed.")
    else:
        click.echo(f"Policy {version!r} has placed everything that is stored; there is nothing to do.")
