"""SQL of the shops whose webhooks are taken."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from gateway.inbox.tables import shop


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop and one of its secrets, sealed."""

    shop_no: int
    connector: str
    name: str
    source: str
    sealed: bytes
    created_at: dt.datetime


def add(
    connection: Connection, connector: str, name: str, source: str, sealed: bytes, *, now: dt.datetime
) -> int:
    """Adds a secret of a shop and returns its number."""
    made = insert(shop).values(connector=connector, name=name, source=source, secret=sealed, created_at=now)
    number: int = connection.execute(made.returning(shop.c.shop_no)).scalar_one()
    return number


def remove(connection: Connection, shop_no: int) -> bool:
    """Takes a secret away; False when it was not there."""
    return connection.execute(delete(shop).where(shop.c.shop_no == shop_no)).rowcount == 1


def of_connector(connection: Connection, connector: str | None = None) -> list[Shop]:
    """The shops of a connector, or all."""
    wanted = select(
        shop.c.shop_no, shop.c.connector, shop.c.name, shop.c.source, shop.c.secret, shop.c.created_at
    )
    if connector is not None:
        wanted = wanted.where(shop.c.connector == connector)
    rows = connection.execute(wanted.order_by(shop.c.shop_no))
    return [Shop(row[0], row[1], row[2], row[3], bytes(row[4]), row[5]) for row in rows]
