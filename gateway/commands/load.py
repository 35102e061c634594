"""`o2o import`: files into the gateway, as if each line had been put by its source."""

import datetime as dt
import re
from pathlib import Path
from typing import Final

import click

from gateway.commands import opened, written

_NO_NAME: Final = r"[/\\]"
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=_file, metavar="FILE...")
@click.option("--source", required=True, help="The source whose word the files are, as in the policy.")
@click.option(
    "--mapping", required=True, type=_file, help="Which column becomes what; docs/bulk.md shows one."
)
@click.option("--batch", help="The delivery's name, by which it is resumed and can be taken back.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where goes what was not taken, with the reasons; default: BATCH.rejects.csv.",
)
def command(
    paths: tuple[Path, ...], source: str, mapping: Path, batch: str | None, rejects: Path | None
) -> None:
    """Load CSV, NDJSON (gzip too) and Parquet files into the gateway.

    Killed, it goes on where it was when started again with the same files; done, it does nothing. The whole
    delivery is taken back with `o2o batches rollback BATCH`.
    """
    from gateway.imports import layout, lines, loading
    from gateway.phases import Phases

    name = batch or f"import-{source}-{lines.digest((*paths, mapping)).hex()[:12]}"
    rejects = rejects or Path(f"{re.sub(_NO_NAME, '_', name)}.rejects.csv")
    written.check({"--rejects": rejects}, (*paths, mapping))
    refusals = (layout.LayoutError, lines.LinesError, loading.InterruptedImportError)
    with opened.services() as services, opened.speaking(*refusals):
        job = loading.Job(
            paths,
            layout.load(mapping, services.identity.policy),
            source,
            name,
            opened.author(),
            rejects,
        )
        total = lines.count(paths)
        with Phases() as phases, services.database.engine.connect() as connection:
            phases.phase("import")
            done = loading.load(
                connection,
                services.identity,
                job,
                clock=lambda: dt.datetime.now(dt.UTC),
                told=lambda count: phases.done(min(count, total), total),
            )
    click.echo(f"{done.loaded:,} records loaded, {done.rejected:,} lines rejected; batch {name}.", err=True)
    if done.rejected or done.partly:
        click.echo(f"What was not taken stands in {job.rejects}.", err=True)
