"""`o2o doctor`: what is in order and what is not, for people and for scripts (the exit code)."""

import datetime as dt
import sys

import click

COLOURS = {"ok": "green", "warn": "yellow", "FAIL": "red"}


@click.command("doctor")
def command() -> None:
    """Check that everything the gateway needs is in order. The exit code is 1 when something failed."""
    from gateway.doctor import Verdict, examine
    from gateway.settings import from_environment

    failed = 0
    for finding in examine(from_environment(), lambda: dt.datetime.now(dt.UTC)):
        failed += finding.verdict is Verdict.FAIL
        mark = click.style(f"{finding.verdict:<5}", fg=COLOURS[finding.verdict])
        click.echo(f"{mark} {finding.what:<12} {finding.told}")
    sys.exit(1 if failed else 0)
