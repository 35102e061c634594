"""`o2o secrets`: the secrets of shops and the installation's generations of keys."""

from collections.abc import Callable
from pathlib import Path

import click

from gateway.access import identity_tokens, secrets_file
from gateway.settings import from_environment

EFFECT = "It takes effect when the gateway starts again."


def _known_source(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from identity import policy

    del context, parameter
    sources = policy.load(from_environment().policy_path or policy.DEFAULT_PATH).sources
    if value not in sources:
        raise click.BadParameter(f"{value} is not one of the policy's sources: {', '.join(sorted(sources))}.")
    return value


def _source(command: Callable[..., None]) -> Callable[..., None]:
    return click.argument("source", callback=_known_source)(command)


@click.group("secrets")
def command() -> None:
    """Show and turn the secrets that sign and seal."""


@command.command("token")
@_source
def token(source: str) -> None:
    """Print the secret with which the shop of SOURCE signs context.identity_token."""
    click.echo(identity_tokens.secret(secrets_file.load_or_create(_path()), source))


@command.command("turn-token")
@_source
@click.option("--at-once", is_flag=True, help="The secret leaked: what it signed is good no longer.")
def turn_token(source: str, *, at_once: bool) -> None:
    """Give SOURCE a new secret and print it; the one before stays good until the next turn."""
    secrets_file.load_or_create(_path())
    click.echo(
        identity_tokens.secret(secrets_file.turn_token_secret(_path(), source, at_once=at_once), source)
    )
    click.echo(EFFECT, err=True)


@command.command("new-generation")
def new_generation() -> None:
    """Add a generation of keys: from now on values are sealed under it; the earlier ones stay readable."""
    secrets_file.load_or_create(_path())
    changed = secrets_file.rotate(_path())
    click.echo(f"Generation {changed.current} of the keys seals new values. {EFFECT}", err=True)


def _path() -> Path:
    return from_environment().secrets_file
