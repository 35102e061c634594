"""`o2o erasures`: who was erased, as a file to keep apart from the backups."""

from pathlib import Path

import click


@click.command("erasures")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Write who was erased to FILE, for a restore on another machine (`o2o restore --erasures FILE`).

    It holds ids and keyed hashes, and takes the place of the list before.
    """
    from gateway import erasures
    from gateway.database import open_database
    from gateway.settings import from_environment

    settings = from_environment()
    try:
        with open_database(settings, statement_timeout_ms=0) as database:
            known = erasures.of_database(settings, database)
    except erasures.ErasuresError as error:
        raise click.ClickException(f"who was erased cannot be read: {error}") from error
    if known is None:
        raise click.ClickException(
            "The database has no tables of this version: start the gateway once with `o2o run`."
        )
    try:
        erasures.write(file, [known])
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{file}: {len(known.notes)} erasures, {len(known.records)} records")
