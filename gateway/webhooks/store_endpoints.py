"""SQL of the addresses that are told what happens."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from gateway.webhooks.tables import webhook_endpoint as endpoint


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that is told."""

    endpoint_no: int
    id: UUID
    url: str
    kinds: tuple[str, ...]
    enabled: bool
    created_at: dt.datetime


_SHOWN = (
    endpoint.c.endpoint_no,
    endpoint.c.id,
    endpoint.c.url,
    endpoint.c.kinds,
    endpoint.c.enabled,
    endpoint.c.created_at,
)


def add(
    connection: Connection, made: UUID, url: str, kinds: Sequence[str], sealed: bytes, *, now: dt.datetime
) -> None:
    """Adds an address."""
    connection.execute(
        insert(endpoint).values(id=made, url=url, kinds=list(kinds), secret=sealed, created_at=now)
    )


def change(connection: Connection, made: UUID, **values: Any) -> None:
    """Changes an address, its kinds or whether it is told at all."""
    connection.execute(update(endpoint).where(endpoint.c.id == made).values(**values))


def rotate(connection: Connection, made: UUID, sealed: bytes, *, former_until: dt.datetime) -> None:
    """Gives an address a new secret; the one before holds beside it until then."""
    connection.execute(
        update(endpoint)
        .where(endpoint.c.id == made)
        .values(former_secret=endpoint.c.secret, secret=sealed, former_until=former_until)
    )


def remove(connection: Connection, made: UUID) -> None:
    """Takes an address away, with what was on its way to it."""
    connection.execute(delete(endpoint).where(endpoint.c.id == made))


def find(connection: Connection, made: UUID) -> Endpoint | None:
    """An address."""
    row = connection.execute(select(*_SHOWN).where(endpoint.c.id == made)).one_or_none()
    return _endpoint(row) if row is not None else None


def every(connection: Connection) -> list[Endpoint]:
    """All addresses, the oldest first."""
    return [_endpoint(row) for row in connection.execute(select(*_SHOWN).order_by(endpoint.c.endpoint_no))]


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(row[0], row[1], row[2], tuple(row[3]), row[4], row[5])


def disable(connection: Connection, endpoint_no: int) -> None:
    """Tells an address nothing more, until somebody says otherwise."""
    connection.execute(update(endpoint).where(endpoint.c.endpoint_no == endpoint_no).values(enabled=False))
