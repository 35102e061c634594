"""`o2o keys`: who may call the gateway.

A token is shown once, when it is made: the database keeps only its digest.
"""

import csv
import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from gateway.access import keys
from gateway.access.keys import Grant, NewKey
from gateway.access.security import Scope
from gateway.commands import opened

_scopes = click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What the key may do; may be given several times.",
)
_source = click.option("--source", help="The only source it may speak for.")
_days = click.option("--days", type=click.IntRange(1, 3650), help="It ends by itself after so many days.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


@click.group("keys")
def command() -> None:
    """Create, list, rotate and revoke API keys."""


@command.command("create")
@click.argument("name")
@_scopes
@_source
@click.option(
    "--store", "stores", multiple=True, help="A store it may speak for; may be given several times."
)
@_days
@_json
def create(
    name: str,
    scopes: tuple[str, ...],
    source: str | None,
    stores: tuple[str, ...],
    days: int | None,
    as_json: bool,
) -> None:
    """Make one key. NAME is what the list shows; the token is printed now and never again."""
    grant = _grant(name, scopes, source, stores, days)
    with opened.connection() as connection:
        made = keys.issue(connection, grant, now=_now())
    _tell(made, as_json=as_json)
    if not as_json:
        click.echo("Keep it now: it is not stored and cannot be shown again.", err=True)


@command.command("bulk")
@click.argument("tills", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the tokens go."
)
@_scopes
@_source
@_days
def bulk(tills: Path, out: Path, scopes: tuple[str, ...], source: str | None, days: int | None) -> None:
    """Make a key for each line of TILLS, a CSV with the columns name and store.

    All are made or none. The file of tokens is new and readable by its owner only.
    """
    grants = [_grant(name, scopes, source, (store,), days) for name, store in _tills(tills)]
    with _created(out) as file, opened.connection() as connection:
        made = keys.issue_many(connection, grants, now=_now())
        table = csv.writer(file)
        table.writerow(("name", "store", "key_id", "token"))
        for grant, key in zip(grants, made, strict=True):
            table.writerow((key.name, *(grant.stores or ()), key.key_id, key.token))
    click.echo(f"{len(made):,} keys made; their tokens are in {out}", err=True)


@command.command("list")
@click.option("--revoked", is_flag=True, help="Also those that were revoked.")
@_json
def listing(revoked: bool, as_json: bool) -> None:
    """Show the keys, without anything secret."""
    with opened.connection() as connection:
        found = [_shown(row) for row in keys.listing(connection, revoked=revoked)]
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table("key", "name", "scopes", "source", "stores", "made", "ends", box=None, pad_edge=False)
    for key in found:
        ends = f"revoked {key['revoked_at']}" if key["revoked_at"] else key["expires_at"] or "never"
        table.add_row(
            key["key_id"],
            key["name"],
            " ".join(key["scopes"]),
            key["source"] or "any",
            _places(key["stores"]),
            key["created_at"],
            ends,
        )
    Console().print(table)
    if not found:
        click.echo("There are no keys. Make one with `o2o keys create`.", err=True)


@command.command("revoke")
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """End a key at once, on all workers. KEY_ID is what `list` shows, or the whole token."""
    with opened.connection() as connection:
        keys.revoke(connection, _id(key_id), now=_now())
    click.echo(f"Revoked {_id(key_id)}")


@command.command("rotate")
@click.argument("key_id")
@click.option(
    "--overlap-days",
    type=click.IntRange(0, 90),
    default=7,
    show_default=True,
    help="How long the old key still works.",
)
@_json
def rotate(key_id: str, overlap_days: int, as_json: bool) -> None:
    """Make a successor that may do the same; the old key ends after the overlap."""
    with opened.connection() as connection:
        made = keys.rotate(connection, _id(key_id), now=_now(), overlap=dt.timedelta(days=overlap_days))
    _tell(made, as_json=as_json)
    if not as_json:
        click.echo(f"The old key {_id(key_id)} works for another {overlap_days} days.", err=True)


def _tell(made: NewKey, *, as_json: bool) -> None:
    told = {"key_id": made.key_id, "name": made.name, "token": made.token}
    click.echo(json.dumps(told) if as_json else made.token)


def _grant(
    name: str, scopes: Sequence[str], source: str | None, stores: Sequence[str], days: int | None
) -> Grant:
    return Grant(
        name=name,
        scopes=frozenset(map(Scope, scopes)),
        source=source,
        stores=tuple(stores) or None,
        expires_at=_now() + dt.timedelta(days=days) if days else None,
    )


def _tills(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        table = csv.DictReader(file)
        if not {"name", "store"} <= set(table.fieldnames or ()):
            raise click.ClickException(f"{path} needs the columns name and store")
        for number, row in enumerate(table, start=2):
            if not row["name"] or not row["store"]:
                raise click.ClickException(f"{path}, line {number}: name and store must be given")
            yield row["name"], row["store"]


@contextmanager
def _created(path: Path) -> Iterator[Any]:
    """A new file for its owner only; it is taken away again when no keys were made."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; tokens are never written over") from None
    try:
        with os.fdopen(descriptor, "w", newline="", encoding="utf-8") as file:
            yield file
    except BaseException:
        path.unlink()
        raise


def _shown(row: Any) -> dict[str, Any]:
    return {
        "key_id": row.key_id,
        "name": row.name,
        "scopes": list(row.scopes),
        "source": row.source,
        "stores": list(row.stores) if row.stores is not None else None,
        "created_at": _day(row.created_at),
        "expires_at": _day(row.expires_at),
        "revoked_at": _day(row.revoked_at),
    }


def _day(at: dt.datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _places(stores: list[str] | None) -> str:
    if stores is None:
        return "all"
    return " ".join(stores) if len(stores) <= 3 else f"{len(stores)} stores"


def _id(given: str) -> str:
    """The key's id, also out of a whole token that somebody pasted."""
    parts = keys.split(given)
    return parts[0] if parts else given


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
