"""What marketers do: pin, boost, ban, take back. Every process hears of it with the next catalogue."""

from datetime import datetime

from sqlalchemy import Connection

from offers import store_catalogue
from offers.marketing.campaigns import Author
from offers.money import BP
from offers.overrides import store
from offers.overrides.rules import Action, Kind
from offers.overrides.store import Said


def put(
    connection: Connection,
    kind: Kind,
    subject: str,
    action: Action,
    author: Author,
    *,
    factor_bp: int = BP,
    until_at: datetime | None = None,
) -> Said:
    """Say a word about a campaign or a product; a former one about it is taken back."""
    store_catalogue.lock(connection)
    store.lift(connection, kind, subject, by=author.name, at=author.at)
    said = Said(kind, subject, action, factor_bp, until_at, author.name, author.reason, author.at, None, None)
    store.add(connection, said)
    store_catalogue.raise_version(connection)
    return said


def lift(connection: Connection, kind: Kind, subject: str, author: Author) -> bool:
    """Take the word about something back; whether one stood."""
    store_catalogue.lock(connection)
    if not store.lift(connection, kind, subject, by=author.name, at=author.at):
        return False
    store_catalogue.raise_version(connection)
    return True


def newest(connection: Connection, *, limit: int = 100) -> tuple[Said, ...]:
    """Who said what about what, and who took it back, newest first."""
    return store.newest(connection, limit=limit)
