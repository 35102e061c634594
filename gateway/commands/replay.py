"""`o2o replay DECISION`: a logged decision as sentences, and whether it would be made again to the byte."""

import json
from uuid import UUID

import click

from gateway.commands import opened
from offers.decisions import replay, sentences


@click.command("replay")
@click.argument("decision", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def command(decision: UUID, as_json: bool) -> None:
    """Make DECISION again from what was logged. Exit code 1: it differs, or it cannot be made again."""
    with opened.connection() as connection:
        found = replay.replay(connection, decision)
    if not isinstance(found, replay.Replayed):
        click.echo(json.dumps({"decision": str(decision), "outcome": found}) if as_json else found)
        raise SystemExit(1)
    outcome = "same" if found.is_same else "different"
    told = sentences.tell(found.record)
    if as_json:
        click.echo(json.dumps({"decision": str(decision), "outcome": outcome, "sentences": told}))
    else:
        click.echo("\n".join(told))
        click.echo("Made again: the same bytes." if found.is_same else "Made again: it DIFFERS.")
    if not found.is_same:
        raise SystemExit(1)
