"""`o2o train`: weights fitted to the retailer's own records."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.phases import Phases
from identity import policy as policies
from identity.errors import IdentityError

if TYPE_CHECKING:
    from identity.scoring.document import Document

_file = click.Path(dir_okay=False, path_type=Path)


@click.command("train")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE...",
)
@click.option("--id", "key", required=True, help="The column that names a record.")
@click.option(
    "--map", "entries", multiple=True, required=True, metavar="COLUMN=ATTRIBUTE", help="What a column holds."
)
@click.option("--out", required=True, type=_file, help="Where the model goes; `o2o model add` stores it.")
@click.option("--report", type=_file, help="Where the report goes as JSON.")
@click.option(
    "--compare", "compare_path", type=_file, help="The model to compare with; default: the one that ships."
)
@click.option("--encoding", default="utf-8", show_default=True, help="How the files' letters are written.")
@click.option("--country", default="AT", show_default=True, help="What national phone numbers are from.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), default="dmy", show_default=True)
def command(
    paths: tuple[Path, ...],
    key: str,
    entries: tuple[str, ...],
    out: Path,
    report: Path | None,
    compare_path: Path | None,
    encoding: str,
    country: str,
    date_order: str,
) -> None:
    r"""Fit the weights of the model to files, write it, and tell what would change.

    The report shows for each level of agreement how often pairs of one person (m) and of two people (u) show
    it, and what it weighs; then the joins and splits that the new model makes in the same files.

    \b
    o2o train crm.csv shop.csv --id customer --map mail=email --map last=family_name --out model.json
    o2o model add model.json && o2o model try VERSION && o2o model activate VERSION
    """
    from gateway.commands.link import need_extra, read_model

    need_extra()
    from identity.bulk import files, mapping, store_what_if
    from identity.bulk.link import Intake, bring_in, find_pairs, join, train
    from identity.bulk.reading import Reading
    from identity.bulk.splink_engine import SplinkEngine
    from identity.bulk.store_workbench import Resources, workbench
    from identity.bulk.workforce import Equipment, Workforce
    from identity.scoring import document

    policy = policies.load()
    reading = Reading(policy, country=country, date_order=date_order)
    resources = Resources()
    try:
        before = read_model(compare_path)
        intake = Intake(files.sources(paths), mapping.parse(entries, policy), key, encoding)
        with Phases() as phases, workbench(resources) as con:
            with Workforce(resources.processes, Equipment(reading, before), phases) as workforce:
                bring_in(con, intake, workforce, phases)
                find_pairs(con, workforce, phases)
                fitted_reading, model = train(con, reading, phases)
                store_what_if.keep_pairs(con)
                join(con, workforce, SplinkEngine(before), phases)
            store_what_if.set_aside(con)
            with Workforce(resources.processes, Equipment(fitted_reading, model), phases) as workforce:
                join(con, workforce, SplinkEngine(model), phases)
            joins, splits = store_what_if.joins(con), store_what_if.splits(con)
    except IdentityError as error:
        raise click.ClickException(str(error)) from error
    out.write_text(json.dumps(document.written(model.document), indent=1), encoding="utf-8")
    told = _report(model.document)
    changes = {"compared_with": before.version, "joins": asdict(joins), "splits": asdict(splits)}
    if report is not None:
        report.write_text(
            json.dumps({"version": model.version, "levels": told, "what_if": changes}, indent=1),
            encoding="utf-8",
        )
    _show(model.version, told)
    click.echo(f"Compared with {before.version}: {joins.count:,} joins and {splits.count:,} splits.")
    for name, change in (("join", joins), ("split", splits)):
        for left, right in change.samples:
            click.echo(f"  {name:5}  {left}  {right}")


def _report(fitted: "Document") -> list[dict[str, Any]]:
    """A row for each level of each comparison."""
    from identity.scoring import catalogue

    return [
        {"attribute": name, "level": level.name, "m": odds.m, "u": odds.u, "bits": odds.bits}
        for name, shown in fitted.odds.items()
        for level, odds in zip(catalogue.comparison(name).levels, shown, strict=True)
    ]


def _show(version: str, told: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("attribute", "level", "m", "u", "bits", title=version, box=None, padding=(0, 2))
    for row in told:
        numbers = f"{row['m']:.4f}", f"{row['u']:.2e}", f"{row['bits']:+.2f}"
        table.add_row(row["attribute"], row["level"], *numbers)
    Console().print(table)
