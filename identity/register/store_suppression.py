"""The list of those who were erased, as keyed hashes with the time of it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity import driver


def suppressed_since(connection: Connection, hashes: Collection[UUID]) -> datetime | None:
    """When the newest erasure that one of these hashes remembers took place; None when none does."""
    found: datetime | None = driver.value(
        connection,
        "select identity.suppressed_since(%s::uuid[])",
        (list(hashes),),
    )
    return found


def suppress(connection: Connection, hashes: Collection[UUID], *, now: datetime) -> None:
    """Remembers an erasure by these hashes."""
    connection.exec_driver_sql(
        "insert into identity.suppression (digest, erased_at) select h, %s from unnest(%s::uuid[]) h"
        " on conflict (digest) do update set erased_at = excluded.erased_at, released_at = null",
        (now, list(hashes)),
    )


def release(connection: Connection, hashes: Collection[UUID], *, now: datetime) -> None:
    """Lets these hashes pass again: the shopper came back by her own will."""
    connection.exec_driver_sql(
        "update identity.suppression set released_at = %s"
        " where digest = any (%s::uuid[]) and released_at is null",
        (now, list(hashes)),
    )
