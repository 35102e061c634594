"""`o2o train`: weights fitted to the retailer's own records."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.commands import countries, opened, written
from gateway.phases import Phases

if TYPE_CHECKING:
    from identity.bulk.refit import Refit
    from identity.scoring.document import Document

PROCESSES: Final = 2
FEW: Final = 50
"""Fewer records than that teach nothing but chance."""

_file = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class _Files:
    """Files to be read, and how."""

    paths: tuple[Path, ...]
    key: str
    entries: tuple[str, ...]
    encoding: str
    country: str
    date_order: str


@click.command("train")
@click.argument(
    "paths",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[FILE]...",
)
@click.option("--id", "key", help="The column that names a record. With files.")
@click.option(
    "--map", "entries", multiple=True, metavar="COLUMN=ATTRIBUTE", help="What a column holds. With files."
)
@click.option("--out", type=_file, help="Where the model goes; with files, `o2o model add` stores it.")
@click.option("--report", type=_file, help="Where the report goes as JSON.")
@click.option(
    "--compare",
    "compare_path",
    type=_file,
    help="The model to compare with; default: the active one, with files the one that ships.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="How the files' letters are written.")
@click.option(
    "--country",
    default="AT",
    show_default=True,
    callback=countries.known,
    help="What national phone numbers are from where a record names no country.",
)
@click.option("--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), default="dmy", show_default=True)
def command(
    paths: tuple[Path, ...],
    key: str | None,
    entries: tuple[str, ...],
    out: Path | None,
    report: Path | None,
    compare_path: Path | None,
    encoding: str,
    country: str,
    date_order: str,
) -> None:
    """Fit the weights of the model to what the gateway holds, or to files, and tell what would change.

    The report shows for each level of agreement how often pairs of one person (m) and of two people (u) show
    it, and what it weighs; then the joins and splits that the new model makes among the same records. Without
    files the model is stored as a version that waits to be activated.

    \b
    o2o train && o2o model try VERSION && o2o model activate VERSION
    o2o train crm.csv shop.csv --id customer --map mail=email --map last=family_name --out model.json
    """  # noqa: D301  (click reads the \b as a character: what follows keeps its lines)
    from gateway.commands.link import need_extra
    from identity.scoring import document

    need_extra()
    if len({bool(paths), key is not None, bool(entries)}) > 1:
        raise click.UsageError("FILE, --id and --map belong together; without them, what is stored is read.")
    if paths and out is None:
        raise click.UsageError("Say with --out where the model goes.")
    written.check({"--out": out, "--report": report}, paths)
    with opened.speaking(), Phases() as phases:
        if key is None:
            found, before = _of_what_is_stored(compare_path, phases)
        else:
            files = _Files(paths, key, entries, encoding, country, date_order)
            found, before = _of_files(files, compare_path, phases)
    model = found.model
    if out is not None:
        out.write_text(json.dumps(document.written(model.document), indent=1), encoding="utf-8")
    told = _report(model.document)
    if report is not None:
        changes = {"compared_with": before, "joins": asdict(found.joins), "splits": asdict(found.splits)}
        said = {"version": model.version, "levels": told, "what_if": changes}
        report.write_text(json.dumps(said, indent=1), encoding="utf-8")
    _show(model.version, told)
    click.echo(f"Compared with {before}: {found.joins.count:,} joins and {found.splits.count:,} splits.")
    for name, change in (("join", found.joins), ("split", found.splits)):
        for left, right in change.samples:
            click.echo(f"  {name:5}  {left}  {right}")
    if key is None:
        click.echo(f"Stored and not used yet: o2o model activate {model.version}")


def _of_files(said: _Files, compare_path: Path | None, phases: Phases) -> tuple["Refit", str]:
    """What the files teach, and the version that it is compared with."""
    from gateway.commands.link import read_model
    from identity import policy as policies
    from identity.bulk import files, mapping
    from identity.bulk.link import Intake, bring_in
    from identity.bulk.reading import Reading
    from identity.bulk.refit import refit
    from identity.bulk.store_workbench import Resources, workbench
    from identity.bulk.workforce import Equipment, Workforce

    policy = policies.load()
    reading = Reading(policy, country=said.country, date_order=said.date_order)
    before = read_model(compare_path)
    intake = Intake(files.sources(said.paths), mapping.parse(said.entries, policy), said.key, said.encoding)
    with workbench(Resources(processes=PROCESSES)) as con:
        with Workforce(PROCESSES, Equipment(reading, before), phases) as workforce:
            bring_in(con, intake, workforce, phases)
        return refit(con, reading, before, processes=PROCESSES, progress=phases), before.version


def _of_what_is_stored(compare_path: Path | None, phases: Phases) -> tuple["Refit", str]:
    """What the records in the gateway teach, kept as a version, and the version that it is compared with."""
    from gateway.commands.link import read_model
    from identity.bulk import store_canonical
    from identity.bulk.reading import Reading
    from identity.bulk.refit import refit
    from identity.bulk.store_workbench import Resources, workbench
    from identity.scoring import document
    from identity.scoring.model import ScoredModel
    from identity.versions import stored, switching

    with opened.services() as services, workbench(Resources(processes=PROCESSES)) as con:
        phases.phase("read")
        with services.database.transaction() as connection:
            records = stored.records(connection, services.identity)
            if store_canonical.take(con, records, services.identity.policy) < FEW:
                raise click.ClickException(f"There is little to learn from fewer than {FEW} records.")
        with services.database.transaction() as connection:
            active = switching.active_model(connection, services.identity)
        if compare_path is None and isinstance(active, ScoredModel):
            before = active
        else:
            before = read_model(compare_path)
        reading = Reading(services.identity.policy)
        found = refit(con, reading, before, processes=PROCESSES, progress=phases)
        with services.database.transaction() as connection:
            written = document.written(found.model.document)
            switching.add(connection, services.identity, written, now=services.clock())
    return found, before.version


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
