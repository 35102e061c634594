"""`o2o codes`: codes that open a campaign, made by the million.

A code is written to the file once: the database keeps only its digest.
"""

import datetime as dt
import json
import os
import secrets
from pathlib import Path
from uuid import UUID

import click
from uuid_utils.compat import uuid7

from gateway.commands import opened
from offers.codes import issuing
from offers.codes.issuing import MOST, Order
from offers.marketing.campaigns import Author


@click.group("codes")
def command() -> None:
    """Make, list and revoke codes for campaigns with `reach: code`."""


@command.command("create")
@click.argument("campaign")
@click.option("--count", type=click.IntRange(1, MOST), required=True, help="How many.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file that gets one code a line.",
)
@click.option("--prefix", default="", help="What the codes begin with.")
@click.option("--uses", type=click.IntRange(1), default=1, show_default=True, help="Uses of each code.")
@click.option("--days", type=click.IntRange(1, 3650), help="They end after so many days.")
@click.option("--note", help="For whoever reads the list later.")
def create(
    campaign: str, count: int, out: Path, prefix: str, uses: int, days: int | None, note: str | None
) -> None:
    """Make COUNT random codes for CAMPAIGN: all of them or, when something fails, none."""
    now = dt.datetime.now(dt.UTC)
    order = Order(
        campaign=campaign,
        uses_most=uses,
        expires_at=now + dt.timedelta(days=days) if days else None,
        note=note,
    )
    batch = uuid7()
    # Only for the owner's eyes, and never over a file that may hold codes already handed out.
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with (
            os.fdopen(descriptor, "w", encoding="ascii") as file,
            opened.connection() as connection,
        ):
            made = issuing.issue(
                connection,
                order,
                count,
                Author(name=opened.author(), at=now),
                batch_id=batch,
                random=secrets.token_bytes,
                prefix=prefix,
            )
            file.writelines(f"{code}\n" for code in made)
    except BaseException:
        out.unlink()
        raise
    click.echo(f"{batch}  {count:,} codes for {campaign} in {out}")


@command.command("list")
@click.option("--campaign", help="Of this campaign only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def listing(campaign: str | None, as_json: bool) -> None:
    """Show which codes were made; never the codes."""
    with opened.connection() as connection:
        found = issuing.batches(connection, campaign, limit=500)
    if as_json:
        click.echo(json.dumps([one._asdict() for one in found], default=str))
        return
    for one in found:
        ends = one.revoked_at or one.expires_at
        state = "revoked" if one.revoked_at else f"until {ends:%Y-%m-%d}" if ends else "without end"
        click.echo(f"{one.id}  {one.campaign}  {one.codes:,} codes  {state}  {one.note or ''}".rstrip())


@command.command("revoke")
@click.argument("batch", type=click.UUID)
def revoke(batch: UUID) -> None:
    """End all codes of a batch."""
    now = dt.datetime.now(dt.UTC)
    with opened.connection() as connection:
        issuing.revoke(connection, batch, Author(name=opened.author(), at=now))
