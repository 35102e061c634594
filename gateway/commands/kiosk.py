"""`o2o kiosk`: pair kiosks with their store, see which there are, take one out of service."""

import datetime as dt
from uuid import UUID

import click

from gateway.commands import opened
from gateway.pages.kiosk import pairing, store
from gateway.pages.kiosk.store import Device
from gateway.settings import from_environment


@click.group("kiosk")
def command() -> None:
    """Pair kiosks with their store, list and revoke them."""


@command.command("pair")
@click.option("--store", "store_code", required=True, help="The store's code, as in 0042.")
@click.option("--name", default="Kiosk", show_default=True, help="What tells this kiosk from others.")
@click.option(
    "--minutes", type=click.IntRange(1, 60), default=10, show_default=True, help="How long the code works."
)
def pair(store_code: str, name: str, minutes: int) -> None:
    """Make a one-time code; type it on the kiosk's page."""
    from gateway.pages.kiosk.shop import shop_with_code

    settings = from_environment()
    lasts = dt.timedelta(minutes=minutes)
    with opened.speaking(pairing.PairingError), opened.connection() as connection:
        shop = shop_with_code(connection, store_code)
        code = pairing.make_code(connection, store_code=store_code, name=name, now=_now(), lasts=lasts)
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(f"Pairing code   {code}")
    click.echo(f"Store          {store_code}  {shop.name}")
    click.echo(f"Type it at     {address}/kiosk within {minutes} min. It works once.")


@command.command("list")
@click.option("--store", "store_code", help="Only kiosks of this store.")
@click.option("--revoked", is_flag=True, help="Also those that were revoked.")
def list_devices(store_code: str | None, revoked: bool) -> None:
    """Show the paired kiosks, newest first."""
    with opened.connection() as connection:
        found = store.devices(connection, store=store_code, revoked=revoked)
    for device in found:
        click.echo(_line(device))
    if not found:
        click.echo("No kiosk is paired.", err=True)


@command.command("revoke")
@click.argument("device", type=click.UUID)
def revoke(device: UUID) -> None:
    """Take a kiosk out of service at once; DEVICE is the id that `list` shows."""
    with opened.connection() as connection:
        revoked = store.revoke(connection, device, now=_now())
    if not revoked:
        raise click.ClickException(f"No paired kiosk has the id {device}.")
    click.echo(f"Revoked {device}")


def _line(device: Device) -> str:
    seen = "revoked" if device.revoked_at else f"seen {device.seen_at:%Y-%m-%d %H:%M}Z"
    return f"{device.device_id}  {device.store:<8}  {seen:<22}  {device.name}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
