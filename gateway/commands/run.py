"""`o2o run`: one command from nothing to a running gateway."""

import click


@click.command("run")
@click.option("--demo", is_flag=True, help="Load the demonstration world first, unless it is already there.")
def command(*, demo: bool) -> None:
    """Start the gateway: database, migrations, request workers, background worker, metrics.

    Stops with Ctrl-C. Data stays in O2O_HOME (or in the server that DATABASE_URL names) and is there again
    at the next start.
    """
    from gateway import logs, secrets_file, supervisor
    from gateway.database import open_database
    from gateway.migrations import migrate
    from gateway.settings import from_environment

    settings = from_environment()
    logs.configure(settings)
    try:
        with supervisor.only_one(settings.home) as lock:
            supervisor.check_ports(settings)
            secrets_file.load_or_create(settings.secrets_file)
            database = open_database(settings, statement_timeout_ms=0)
            try:
                if database.attachment is not None:
                    database.attachment.keep()
                with database.transaction() as connection:
                    migrate(connection)
                supervisor.serve(settings, database, lock, when_ready=lambda: click.echo("ready"))
            finally:
                database.close(wait_s=30)
    except supervisor.StartError as error:
        raise click.ClickException(str(error)) from error
