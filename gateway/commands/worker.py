"""`o2o worker`: does the background work until it is told to stop. `o2o run` starts some by itself."""

import signal
import threading

import click

from gateway.processes import behind, lifeline


@click.command("worker")
def command() -> None:
    """Do the background work: events, webhooks, redo, expiry. Run as many as you like."""
    lifeline.hold()
    behind.stand()
    from gateway.processes import logs
    from gateway.serving import sessions, worker
    from gateway.serving.steps import steps
    from gateway.settings import from_environment
    from gateway.webhooks import sending
    from gateway.wiring import open_services, utc_now

    settings = from_environment()
    logs.configure(settings)
    stop = threading.Event()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda *_: stop.set())
    services = open_services(settings)
    sessions.put_behind(services.database, settings.home)
    try:
        allowed = settings.webhook_networks
        sender = threading.Thread(
            target=sending.run,
            args=(services.database, services.identity.vault, stop, utc_now),
            kwargs={"allowed": allowed},
            name="webhooks",
        )
        sender.start()
        try:
            worker.run(services.database, steps(services), stop, utc_now)
        finally:
            stop.set()
            sender.join()
    finally:
        services.close()
