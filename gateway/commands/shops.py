"""`o2o shops`: whose webhooks are taken, what of them waits or failed, what shoppers asked through a shop."""

import datetime as dt

import click
from rich.console import Console
from rich.table import Table

from gateway.commands import opened


@click.group("shops")
def command() -> None:
    """Connect shops by their webhooks, and look after what they deliver."""


@command.command("add")
@click.argument("connector", type=click.Choice(["shopify", "woocommerce"]))
@click.argument("name")
@click.option("--source", help="The source its shoppers belong to; the connector's own by default.")
@click.password_option(
    "--secret", prompt="The secret it signs with", confirmation_prompt=False, envvar="O2O_SHOP_SECRET"
)
def add(connector: str, name: str, source: str | None, secret: str) -> None:
    """Take the webhooks of the shop NAME: its myshopify.com domain, or its address.

    Called again with another secret, both hold until one is removed.
    """
    from gateway.inbox import shops

    with opened.transaction() as (services, connection):
        chosen = source or connector
        if chosen not in services.identity.policy.sources:
            raise click.BadParameter(f"the policy knows no source {chosen!r}", param_hint="--source")
        number = shops.add(
            connection, services.identity.vault, connector, name, source=chosen, secret=secret, now=_now()
        )
    click.echo(f"shop {number}: send its webhooks to /v1/connectors/{connector}")


@command.command("list")
def listing() -> None:
    """Show the shops."""
    from gateway.inbox import store_shops

    table = Table("shop", "connector", "name", "source", "since", box=None, pad_edge=False)
    with opened.transaction() as (_, connection):
        for one in store_shops.of_connector(connection):
            since = one.created_at.date().isoformat()
            table.add_row(str(one.shop_no), one.connector, one.name, one.source, since)
    Console().print(table)


@command.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Take no more webhooks signed with the secret of shop NUMBER."""
    from gateway.inbox import store_shops

    with opened.transaction() as (_, connection):
        if not store_shops.remove(connection, number):
            raise click.ClickException(f"there is no shop {number}")


@command.command("deliveries")
@click.option("--state", type=click.Choice(["waiting", "dead"]), default="dead", show_default=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
def deliveries(state: str, limit: int) -> None:
    """Show webhooks that wait, or that were given up."""
    from gateway.inbox import store

    table = Table("number", "shop", "topic", "came", "tries", "trouble", box=None, pad_edge=False)
    with opened.transaction() as (_, connection):
        for one in store.listing(connection, state=state, limit=limit):
            came = one.received_at.isoformat(timespec="seconds")
            table.add_row(
                str(one.inbox_no), one.source, one.topic, came, str(one.attempts), one.trouble or ""
            )
    Console().print(table)


@command.command("retry")
@click.argument("numbers", type=int, nargs=-1)
def retry(numbers: tuple[int, ...]) -> None:
    """Try webhooks again that were given up: those NUMBERS, or all."""
    from gateway.inbox import store

    with opened.transaction() as (_, connection):
        count = store.revive(connection, numbers, now=_now())
    click.echo(f"{count} to be tried again")


@command.command("requests")
@click.option("--done", type=int, help="Note that the request with this number was met.")
def requests(done: int | None) -> None:
    """Show what shoppers asked to be told through a shop; the law gives a month."""
    from gateway.inbox import store_requests

    table = Table("request", "what", "source", "customer", "reference", "asked", box=None, pad_edge=False)
    with opened.transaction() as (_, connection):
        if done is not None and not store_requests.close(connection, done, now=_now()):
            raise click.ClickException(f"there is no open request {done}")
        for one in store_requests.open_ones(connection, limit=1_000):
            asked = one.asked_at.date().isoformat()
            table.add_row(str(one.request_no), one.kind, one.source, one.record_key, one.reference, asked)
    Console().print(table)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
