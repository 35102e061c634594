"""`o2o campaigns`: campaigns as files: apply them, see whom they would reach, list what runs."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from gateway.commands import opened
from gateway.marketing import campaign_files
from gateway.marketing.campaign_files import CampaignFilesError
from gateway.marketing.previews import Preview
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign
from offers.marketing.campaigns import Applied
from offers.marketing.store_campaigns import Stored
from offers.money import Money, write

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
_places = click.argument(
    "places",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE_OR_FOLDER...",
)


@click.group("campaigns")
def command() -> None:
    """Apply, preview and list campaigns."""


@command.command("apply")
@_places
@click.option("--draft", is_flag=True, help="Store the new version, but go on serving what is live.")
@click.option(
    "--author", default=None, help="Who is named in the campaign's history; default: your user name."
)
@_json
def apply(places: tuple[Path, ...], draft: bool, author: str | None, as_json: bool) -> None:
    """Make the campaigns in these YAML files live: all of them or, when one is wrong, none.

    A file that says the same as the newest version changes nothing. Exit code 1: nothing was applied.
    """
    with opened.speaking(CampaignFilesError):
        found = campaign_files.read(campaign_files.find(places))
        with opened.connection() as connection:
            applied = campaign_files.apply(
                connection, found, author=author or opened.author(), now=_now(), activates=not draft
            )
    if as_json:
        click.echo(json.dumps([_applied(done) for done in applied]))
        return
    for done in applied:
        what = "new version" if done.is_new_version else "unchanged"
        click.echo(f"{done.campaign.id}  version {done.campaign.version}  {done.campaign.state}  ({what})")
        for line in done.difference if done.campaign.version > 1 else ():
            click.echo(f"    {line}")


@command.command("preview")
@_places
@click.option("--store", help="At this store; default: one of the campaign's, else online.")
@click.option(
    "--samples", type=click.IntRange(0, 100), default=5, show_default=True, help="How many offers to show."
)
@_json
def preview(places: tuple[Path, ...], store: str | None, samples: int, as_json: bool) -> None:
    """Show whom the campaigns in these files would reach now, and at which prices. Nothing is stored."""
    from gateway.marketing import previews

    with opened.speaking(CampaignFilesError):
        found = campaign_files.read(campaign_files.find(places))
    with opened.transaction() as (services, connection):
        seen = [
            (one, previews.preview(connection, services, one, now=_now(), store=store, samples=samples))
            for one in found
        ]
    if as_json:
        click.echo(json.dumps([{"campaign": one.id, **asdict(told)} for one, told in seen], default=str))
        return
    for one, told in seen:
        _show_preview(one, told)


def _show_preview(one: Campaign, told: Preview) -> None:
    from rich.console import Console
    from rich.table import Table

    where = f"at store {told.store}" if told.store is not None else "online"
    click.echo(f"{one.id} {where}: {_reach(told)}")
    table = Table("shopper", "offer", "product", "before", "after", box=None, pad_edge=False, padding=(0, 2))
    for sample in told.samples:
        before, after = (
            write(Money(price, told.currency)) if price is not None else "-"
            for price in (sample.price_before, sample.price_after)
        )
        table.add_row(str(sample.profile or "anybody"), sample.title, sample.product or "-", before, after)
    if told.samples:
        Console().print(table)
    for reason, count in told.reasons:
        click.echo(f"    {count:,} not: {reason}")


def _reach(told: Preview) -> str:
    if told.needs_basket:
        return "for anybody, once there is a basket"
    if not told.looked_at:
        return "for anybody"
    return f"{told.reached:,} of {told.looked_at:,} shoppers with an interest would get an offer"


@command.command("rehearse")
@_places
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Whose baskets, in UTC; default: yesterday's.")
@_json
def rehearse(places: tuple[Path, ...], day: dt.datetime | None, as_json: bool) -> None:
    """Show what the campaigns in these files would have cost on a day's real baskets, and what to know."""
    from gateway.marketing import rehearsals

    now = _now()
    on = day.date() if day is not None else now.date() - dt.timedelta(days=1)
    with opened.speaking(CampaignFilesError):
        found = campaign_files.read(campaign_files.find(places))
    with opened.transaction() as (services, connection):
        told = [
            (
                one.id,
                rehearsals.findings(connection, services, one, now=now),
                rehearsals.rehearse(connection, services, one, day=on),
            )
            for one in found
        ]
    if as_json:
        keys = ("campaign", "findings", "rehearsed")
        plain = [(name, [*map(asdict, known)], [*map(asdict, sums)]) for name, known, sums in told]
        click.echo(json.dumps([dict(zip(keys, one, strict=True)) for one in plain]))
        return
    for name, known, sums in told:
        for one in sums:
            cost, given = (write(Money(value, one.currency)) for value in (one.cost_minor, one.given_minor))
            click.echo(
                f"{name}: would have touched {one.touched:,} of {one.baskets:,} baskets on {on},"
                f" giving {given}; {cost} more than was given"
            )
        if not sums:
            click.echo(f"{name}: no basket was asked about on {on}")
        for finding in known:
            click.echo(f"    {finding.kind}: {finding.sentence}")


@command.command("list")
@click.option(
    "--state", type=click.Choice(["draft", "live", "paused", "ended"]), help="Only those in this state."
)
@_json
def listing(state: str | None, as_json: bool) -> None:
    """Show the campaigns and which version of each is served."""
    from rich.console import Console
    from rich.table import Table

    with opened.connection() as connection:
        found = list(_every(connection, state))
    if as_json:
        click.echo(json.dumps([_shown(one) for one in found]))
        return
    table = Table("campaign", "state", "version", "serving", "changed", box=None, pad_edge=False)
    for one in found:
        serving = str(one.live_version) if one.state == "live" else "-"
        table.add_row(one.id, one.state, str(one.version), serving, f"{one.changed_at:%Y-%m-%d %H:%M}Z")
    Console().print(table)
    if not found:
        click.echo("There are no campaigns. Apply one with `o2o campaigns apply FILE`.", err=True)


def _every(connection: Connection, state: str | None) -> Iterator[Stored]:
    after = ""
    while page := campaigns.page(connection, after=after, limit=500, state=state):
        yield from page
        after = page[-1].id


def _applied(done: Applied) -> dict[str, Any]:
    return {
        **_shown(done.campaign),
        "is_new_version": done.is_new_version,
        "difference": list(done.difference),
    }


def _shown(one: Stored) -> dict[str, Any]:
    return {
        "campaign": one.id,
        "state": one.state,
        "version": one.version,
        "live_version": one.live_version if one.state == "live" else None,
        "changed_at": one.changed_at.isoformat(),
    }


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
