"""`o2o run`: one command from nothing to a running gateway."""

import datetime as dt

import click

from gateway.database import Database
from gateway.settings import Settings

PAIRING_LASTS = dt.timedelta(minutes=60)


@click.command("run")
@click.option("--demo", is_flag=True, help="Load the demonstration world first, unless it is already there.")
def command(*, demo: bool) -> None:
    """Start the gateway: database, migrations, request workers, background workers, metrics.

    Stops with Ctrl-C. Data stays in O2O_HOME (or in the server that DATABASE_URL names) and is there again
    at the next start.
    """
    from gateway.access import secrets_file
    from gateway.database import open_database
    from gateway.migrations import migrate
    from gateway.processes import logs
    from gateway.serving import supervisor
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
                _offer_model(settings, database)
                if demo:
                    _load_demo(settings, database)
                supervisor.serve(settings, database, lock, when_ready=lambda: _welcome(settings, database))
            finally:
                database.close(wait_s=30)
    except supervisor.StartError as error:
        raise click.ClickException(str(error)) from error


def _offer_model(settings: Settings, database: Database) -> None:
    """Makes the model that ships available, and the active one if nobody has chosen yet."""
    from gateway.access import secrets_file
    from gateway.wiring import identity_of, utc_now
    from identity.scoring import shipped
    from identity.versions import switching

    identity = identity_of(settings, secrets_file.load_or_create(settings.secrets_file))
    with database.transaction() as connection:
        switching.start(connection, identity, shipped.document(), now=utc_now())


def _load_demo(settings: Settings, database: Database) -> None:
    from gateway.demo import guide

    with database.transaction() as connection:
        is_loaded = guide.belongs_here(connection, guide.read(settings))
    if not is_loaded:
        from gateway.commands.demo import load

        load(settings, database)


def _welcome(settings: Settings, database: Database) -> None:
    """Says where the gateway is, and with the demonstration what to try."""
    from gateway.demo import guide

    url = settings.public_url or f"http://{settings.host}:{settings.port}"
    lines = [
        f"The gateway answers at {url}  (documentation: {url}/docs, metrics: port {settings.metrics_port})",
        f"Data: {'your own server' if settings.database_url else settings.home}. Stop it with Ctrl-C.",
    ]
    if (told := guide.read(settings)) is not None:
        code = _pairing_code(database, told.store)
        lines += ["", guide.text(told, url=url, today=dt.datetime.now(dt.UTC).date(), pairing_code=code)]
    click.echo("\n".join(lines))


def _pairing_code(database: Database, store: str) -> str:
    from gateway.pages.kiosk import pairing

    now = dt.datetime.now(dt.UTC)
    with database.transaction() as connection:
        return pairing.make_code(connection, store_code=store, name="Kiosk", now=now, lasts=PAIRING_LASTS)
