"""`o2o poslog`: day files of tills."""

import csv
import json
from pathlib import Path

import click

from gateway.commands import opened

SHOWN_EVERY = 10_000


@click.group("poslog")
def command() -> None:
    """Take in what tills recorded."""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="pos", show_default=True, help="The source the receipts come from.")
@click.option("--again", is_flag=True, help="Read a finished file again, after what was refused was mended.")
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write what was refused to a CSV file."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def take_in(file: Path, source: str, again: bool, rejects: Path | None, as_json: bool) -> None:
    """Import the POSLog FILE of any size. Broken off, it goes on where it stopped when called again.

    Ends with status 1 when something was refused.
    """
    from gateway.connectors.poslog.stream import HostileXmlError
    from gateway.poslog import importing, store

    with opened.services() as services, opened.speaking(HostileXmlError):
        told = importing.take_in(services, file, source=source, again=again)
        progress = next(told)
        shown = progress.done
        for progress in told:
            if progress.done - shown >= SHOWN_EVERY and not as_json:
                shown = progress.done
                click.echo(f"  {shown:,} transactions", err=True)
        with services.database.transaction() as connection:
            refused = store.rejects(connection, progress.import_no, limit=1_000_000)
    if rejects is not None:
        with rejects.open("w", newline="", encoding="utf-8") as out:
            table = csv.writer(out)
            table.writerow(("line", "transaction", "reason"))
            table.writerows((one.line, one.transaction, one.reason) for one in refused)
    if as_json:
        click.echo(json.dumps(progress.counts))
    else:
        click.echo(
            ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in progress.counts.items())
        )
        for one in refused[:20]:
            click.echo(f"  line {one.line}: {one.transaction}: {one.reason}", err=True)
    if refused:
        raise SystemExit(1)
