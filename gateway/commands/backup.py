"""`o2o backup`: database and secrets into a folder."""

import datetime as dt
from pathlib import Path

import click


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write database and secrets into a new FOLDER. The gateway may go on working meanwhile.

    Whoever has the folder can read everything: keep it like the secrets it holds.
    """
    from gateway import backup
    from gateway.database import open_database
    from gateway.settings import from_environment

    settings = from_environment()
    try:
        with open_database(settings, statement_timeout_ms=0) as database:
            about = backup.write(settings, database, folder, now=dt.datetime.now(dt.UTC))
    except backup.BackupError as error:
        raise click.ClickException(str(error)) from error
    size_mb = (folder / backup.DUMP).stat().st_size / 1e6
    click.echo(f"{folder}: {size_mb:.1f} MB, PostgreSQL {about.server_version}, migration {about.migration}")
