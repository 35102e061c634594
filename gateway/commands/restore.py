"""`o2o restore`: a backup back into the database that the settings name."""

import datetime as dt
from pathlib import Path

import click


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Give up what the database and the secrets file hold now.")
@click.option(
    "--erasures",
    "lists",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list that `o2o erasures` wrote: whoever is on it is erased again.",
)
def command(folder: Path, *, replace: bool, lists: tuple[Path, ...]) -> None:
    """Bring the backup in FOLDER back. Stop the gateway first.

    Whoever was erased after the backup was made is erased again, as far as the database that is replaced, or
    a list, tells. Keys revoked since are good again: revoke them once more.
    """
    from gateway import backup, erasures
    from gateway.database import open_database
    from gateway.serving import supervisor
    from gateway.settings import from_environment

    settings = from_environment()
    try:
        with (
            supervisor.only_one(settings.home),
            open_database(settings, statement_timeout_ms=0) as database,
        ):
            known = [each for path in lists for each in erasures.read(path)]
            done = backup.read(
                settings, database, folder, replace=replace, known=known, now=dt.datetime.now(dt.UTC)
            )
    except (backup.BackupError, erasures.ErasuresError, supervisor.StartError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored what {folder} held at {done.made_at}.")
    if done.erased_again:
        click.echo(f"Erasures made since and made again: {done.erased_again}.")
    if done.is_list_lost:
        click.echo(
            "The list of those who were erased was made under other secrets: a feed that still tells of them"
            " brings them back.",
            err=True,
        )
