"""`o2o link`: who is the same shopper in some files, without a server or a database."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.commands import countries, written
from gateway.phases import Phases
from identity import policy as policies
from identity.errors import IdentityError
from identity.policy import Policy

if TYPE_CHECKING:
    from identity.bulk.engine import Engine
    from identity.bulk.store_workbench import Resources
    from identity.scoring.model import ScoredModel

_file = click.Path(dir_okay=False, path_type=Path)


@click.command("link")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE...",
)
@click.option("--id", "key", required=True, help="The column that names a record, once in each file.")
@click.option(
    "--map",
    "entries",
    multiple=True,
    required=True,
    metavar="COLUMN=ATTRIBUTE",
    help="What a column holds: an attribute such as family_name, an identifier such as email, or x_<name>.",
)
@click.option(
    "--out", required=True, type=_file, help="Where the clusters go: source, record_key, profile_id."
)
@click.option("--links", type=_file, help="Where the links go, each with weight, outcome and reason.")
@click.option("--reviews", type=_file, help="Where goes what a person should look at.")
@click.option("--rejects", type=_file, help="Where goes what was not taken, with the reasons.")
@click.option("--train", "is_trained", is_flag=True, help="Fit the weights to these files first.")
@click.option(
    "--model", "model_path", type=_file, help="Weigh by this model file instead of the one that ships."
)
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What compares pairs: this machine, or a Spark cluster.",
)
@click.option("--spark-master", help="The cluster's address; default: Spark on this machine.")
@click.option(
    "--country",
    default="AT",
    show_default=True,
    callback=countries.known,
    help="What national phone numbers are from where a record names no country.",
)
@click.option(
    "--date-order",
    type=click.Choice(["dmy", "mdy", "ymd"]),
    default="dmy",
    show_default=True,
    help="How dates such as 01/02/1990 are written.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="How the files' letters are written.")
@click.option(
    "--cluster-size-limit",
    type=click.IntRange(2, 32_767),
    help="Take apart what hangs together beyond so many records.",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="How many at a time."
)
@click.option(
    "--memory-mib",
    type=click.IntRange(256),
    default=4096,
    show_default=True,
    help="What DuckDB may use at most.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print what was done as one JSON object on standard output."
)
def command(
    paths: tuple[Path, ...],
    key: str,
    entries: tuple[str, ...],
    out: Path,
    links: Path | None,
    reviews: Path | None,
    rejects: Path | None,
    is_trained: bool,
    model_path: Path | None,
    engine_name: str,
    spark_master: str | None,
    country: str,
    date_order: str,
    encoding: str,
    cluster_size_limit: int | None,
    processes: int,
    memory_mib: int,
    as_json: bool,
) -> None:
    """Find who is the same shopper in CSV, Parquet and NDJSON files (gzip too), without a server.

    A file's name without its endings is the source of its records. The id of a cluster is its least
    `source:record_key`, so the same files give the same ids.

    \b
    o2o link crm.csv shop.parquet --id customer --map first=given_name \\
        --map last=family_name --map mail=email --out clusters.csv
    """  # noqa: D301  (click reads the \b as a character: what follows keeps its lines)
    need_extra()
    outputs = {"--out": out, "--links": links, "--reviews": reviews, "--rejects": rejects}
    written.check(outputs, paths if model_path is None else (*paths, model_path))
    from identity.bulk import files, mapping, store_output
    from identity.bulk.link import Intake, bring_in, find_pairs, join, train
    from identity.bulk.reading import Reading
    from identity.bulk.store_workbench import Resources, workbench
    from identity.bulk.workforce import Equipment, Workforce

    policy = policies.load()
    if cluster_size_limit is not None:
        policy = replace(policy, component_bound=cluster_size_limit)
    reading = Reading(policy, country=country, date_order=date_order)
    try:
        intake = Intake(files.sources(paths), mapping.parse(entries, policy), key, encoding)
        model = read_model(model_path)
        resources = Resources(processes=processes, memory_mib=memory_mib)
        with Phases() as phases, workbench(resources) as con:
            with Workforce(processes, Equipment(reading, model), phases) as workforce:
                bring_in(con, intake, workforce, phases)
                find_pairs(con, workforce, phases, is_to_fit=is_trained)
                if is_trained:
                    reading, model = train(con, workforce, phases)
            with (
                Workforce(processes, Equipment(reading, model), phases) as workforce,
                _engine(engine_name, model, resources, spark_master) as engine,
            ):
                found = join(con, workforce, engine, phases, with_reasons=links is not None)
            phases.phase("write")
            store_output.write_clusters(con, out)
            review_count = store_output.find_reviews(con, policy, _ladder(model, policy))
            for path, write in (
                (links, store_output.write_links),
                (reviews, store_output.write_reviews),
                (rejects, store_output.write_rejects),
            ):
                if path is not None:
                    write(con, path)
            rejected = store_output.rejected(con)
    except IdentityError as error:
        raise click.ClickException(str(error)) from error
    _tell(rejected, review_count, told_apart=reviews is not None)
    summary = asdict(found) | {
        "reviews": review_count,
        "model": model.version,
        "seconds": phases.seconds,
    }
    click.echo(json.dumps(summary) if as_json else _readable(summary), err=not as_json)


def need_extra() -> None:
    """Says how to install what joining files needs, when it is missing."""
    missing = [name for name in ("duckdb", "numpy", "pyarrow", "splink") if find_spec(name) is None]
    if missing:
        raise click.ClickException(
            f"Joining files needs {', '.join(missing)}, not installed here: pip install 'o2o-gateway[bulk]'."
        )


def read_model(path: Path | None) -> "ScoredModel":
    """The model in a file, or the one that ships."""
    from identity.errors import ModelError
    from identity.scoring import model, shipped

    if path is None:
        return shipped.default()
    try:
        return model.load(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ModelError) as error:
        raise click.ClickException(f"{path} is no model: {error}") from error


@contextmanager
def _engine(
    name: str, model: "ScoredModel", resources: "Resources", master: str | None
) -> Iterator["Engine"]:
    """What compares pairs, for as long as it is needed."""
    from identity.bulk.splink_engine import SplinkEngine

    if name == "duckdb":
        yield SplinkEngine(model)
        return
    if find_spec("pyspark") is None:
        raise click.ClickException("Spark is not installed here: pip install 'o2o-gateway[bulk,spark]'.")
    from identity.bulk.spark_engine import SparkEngine
    from identity.bulk.spark_session import session

    with session(processes=resources.processes, memory_mib=resources.memory_mib, master=master) as spark:
        yield SparkEngine(model, spark, resources.folder)


def _ladder(model: "ScoredModel", policy: Policy) -> Sequence[str]:
    from identity.partition import pieces

    ladder = pieces.ladder(model, policy)
    return [", ".join(ladder.dropped(level)) for level in range(ladder.last + 2)]


def _tell(rejected: Sequence[tuple[str, str, int]], reviews: int, *, told_apart: bool) -> None:
    """What a person should know of the run even when it went well."""
    for field, reason, count in rejected:
        click.echo(f"not taken: {field}, {count:,} times: {reason}", err=True)
    if reviews and not told_apart:
        click.echo(f"{reviews:,} things to look at; --reviews FILE writes them down.", err=True)


def _readable(summary: dict[str, Any]) -> str:
    seconds = " ".join(f"{name} {took:.1f}" for name, took in summary["seconds"].items())
    return (
        f"{summary['records']:,} records are {summary['persons']:,} shoppers: {summary['pairs']:,} pairs"
        " compared,"
        f" {summary['links']:,} links, by model {summary['model']}.\nSeconds: {seconds}."
    )
