"""`o2o replay DECISION`: a logged decision as sentences, and whether it would be made again to the byte."""

import json
from uuid import UUID

import click

from gateway.commands import opened
from offers.decisions import replay, sentences

AGAIN = {
    "same": "the same bytes",
    "searched_further": "the search, which had run out of steps, gets further now, as it may",
    "different": "it DIFFERS",
}


@click.command("replay")
@click.argument("decision", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def command(decision: UUID, as_json: bool) -> None:
    """Make DECISION again from what was logged. Exit code 1: it differs, or it cannot be made again.

    A search that had run out of steps may get further since: that is told, and no failure.
    """
    with opened.connection() as connection:
        found = replay.replay(connection, decision)
    if not isinstance(found, replay.Replayed):
        click.echo(json.dumps({"decision": str(decision), "outcome": found}) if as_json else found)
        raise SystemExit(1)
    told = sentences.tell(found.record)
    if as_json:
        click.echo(json.dumps({"decision": str(decision), "outcome": found.outcome, "sentences": told}))
    else:
        click.echo("\n".join(told))
        click.echo(f"Made again: {AGAIN[found.outcome]}.")
    if found.outcome == "different":
        raise SystemExit(1)
