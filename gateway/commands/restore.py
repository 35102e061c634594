"""`o2o restore`: a backup back into the database that the settings name."""

from pathlib import Path

import click


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Give up what the database and the secrets file hold now.")
def command(folder: Path, *, replace: bool) -> None:
    """Bring the backup in FOLDER back. Stop the gateway first.

    Shoppers erased and keys revoked after the backup was made are back as well: erase and revoke them again.
    """
    from gateway import backup
    from gateway.database import open_database
    from gateway.serving import supervisor
    from gateway.settings import from_environment

    settings = from_environment()
    try:
        with (
            supervisor.only_one(settings.home),
            open_database(settings, statement_timeout_ms=0) as database,
        ):
            about = backup.read(settings, database, folder, replace=replace)
    except (backup.BackupError, supervisor.StartError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored what {folder} held at {about.made_at}.")
