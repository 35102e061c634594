"""`o2o bench`: what this machine makes of the gateway, told as ratios to a floor measured in the same run."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

NAMES = ("floor", "till", "ingest", "churn", "events", "poslog", "offers", "redeem", "quality", "link")
ALONE = frozenset({"offers", "link"})
"""What is measured without a database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options, as `--help` tells of them."""

    people: int
    connections: int
    seconds: int
    runs: int
    campaigns: int
    lines: int
    matching: int | None
    records: int
    megabytes: int
    baskets: int
    data: Path | None


@click.command("bench")
@click.argument("name", type=click.Choice(NAMES))
@click.option(
    "--people",
    type=click.IntRange(1_000, 5_000_000),
    default=10_000,
    show_default=True,
    help="How many live in the database.",
)
@click.option(
    "--connections", type=click.IntRange(1, 256), default=8, show_default=True, help="How many ask at a time."
)
@click.option(
    "--seconds", type=click.IntRange(1, 300), default=8, show_default=True, help="How long a run lasts."
)
@click.option(
    "--runs", type=click.IntRange(1, 50), default=5, show_default=True, help="The medians of so many runs."
)
@click.option(
    "--campaigns",
    type=click.IntRange(1, 20_000),
    default=100,
    show_default=True,
    help="till: live campaigns.",
)
@click.option(
    "--lines", type=click.IntRange(1, 500), default=10, show_default=True, help="till: lines of a basket."
)
@click.option(
    "--matching",
    type=click.IntRange(6, 500),
    help="till: so many campaigns match each basket, five of which cover all of it; default: as it comes.",
)
@click.option(
    "--records",
    type=click.IntRange(100, 1_000_000),
    default=1_000,
    show_default=True,
    help="ingest: a run; churn: updates; link: in the file.",
)
@click.option(
    "--megabytes",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="poslog: the file's size.",
)
@click.option(
    "--baskets", type=click.IntRange(10, 200_000), default=20_000, show_default=True, help="offers: how many."
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="offers: a folder with Complete Journey's files (default: the demo's); quality: files with a truth.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on standard output."
)
def command(name: str, as_json: bool, **asked: Any) -> None:
    """Measure NAME against the floor, on an embedded database of its own.

    \b
    floor   a bare Flask application with one select: what this machine can do
    till    a till query and the floor, in turn
    ingest  taking in records of people who are not there yet
    churn   sending so many records again, each a little different: how much the tables grow
    events  taking in online events through batch calls, beside tills that ask
    poslog  importing a day file of tills, killed on its way: memory, speed, rejects
    offers  evaluating real baskets with all coupons live; needs no database
    link    joining a file of generated people, phase by phase, beside Splink alone; how well it fits
    quality who is found to be the same shopper, against a truth, beside Splink in the same run
    redeem  commits on one hot campaign, the floor and pgbench, in turn; reserves beside queries
    """  # noqa: D301  (click reads the \b as a character: what follows keeps its lines)
    from bench.journeys import JourneysMissingError
    from bench.wrk import LoadError

    try:
        if name == "quality":
            _tell_quality(asked["data"], as_json=as_json)
            return
        found = {"bench": name} | (_alone if name in ALONE else _on_stage)(name, Asked(**asked))
    except (JourneysMissingError, LoadError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found) if as_json else _readable(found))


def _alone(name: str, asked: Asked) -> dict[str, Any]:
    """What needs no database."""
    from bench import linking, offers

    if name == "link":
        return linking.measure(_report, records=asked.records)
    return offers.measure(_report, asked.data, baskets=asked.baskets)


def _on_stage(name: str, asked: Asked) -> dict[str, Any]:
    """What is measured beside people, on a database of its own."""
    from bench import churn, events, ingest, poslog, redeem, till
    from bench.stage import stage
    from gateway.settings import from_environment

    conditions = till.Conditions(
        connections=asked.connections,
        seconds=asked.seconds,
        runs=asked.runs,
        campaigns=asked.campaigns,
        lines=asked.lines,
        matching=asked.matching,
    )
    measures: Mapping[str, Callable[[Any], dict[str, Any]]] = {
        "floor": lambda on: till.floor_only(on, conditions, _report),
        "till": lambda on: till.measure(on, conditions, _report),
        "redeem": lambda on: redeem.measure(on, conditions, _report),
        "events": lambda on: events.measure(on, conditions, _report),
        "poslog": lambda on: poslog.measure(on, _report, megabytes=asked.megabytes),
        "churn": lambda on: churn.measure(on, _report, updates=asked.records),
        "ingest": lambda on: ingest.measure(
            on, _report, records=asked.records, clients=asked.connections, runs=asked.runs
        ),
    }
    with stage(from_environment(), asked.people, _report) as on:
        return {"people": asked.people, "connections": asked.connections} | measures[name](on)


def _report(line: str) -> None:
    click.echo(line, err=True)


def _tell_quality(folder: Path | None, *, as_json: bool) -> None:
    """One line for each set that the folder holds, or one JSON object."""
    if folder is None:
        raise click.ClickException("quality needs --data DIR, a folder of gzipped files with a truth.")
    from bench import quality
    from identity.bulk.progress import Silent

    sets = []
    for each in quality.run(folder, Silent()):
        sets.append(each)
        line = f"{each['set']}: ours {each['ours']['f1']:.4f}, Splink's best {each['splink']['f1']:.4f}"
        click.echo(line, err=as_json)
    if as_json:
        click.echo(json.dumps({"bench": "quality", "sets": sets}))


def _readable(found: Mapping[str, Any]) -> str:
    """The figures, one subject a paragraph."""
    lines = []
    for name, value in found.items():
        if not isinstance(value, Mapping):
            lines.append(f"{name}: {value}")
            continue
        lines.append(f"{name}:")
        lines += [f"  {figure:18} {_figure(number)}" for figure, number in value.items()]
    return "\n".join(lines)


def _figure(number: float) -> str:
    return f"{number:,}" if float(number).is_integer() else f"{number:,.2f}"
