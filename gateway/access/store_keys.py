"""SQL of the API keys. One function per question."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update
from sqlalchemy.engine.interfaces import DBAPICursor as Cursor

from gateway.access.tables import api_key
from identity import driver
from identity.reading import store_shopper

CHECK = """
select k.secret_digest, k.scopes, k.source, k.stores, k.distinct_per_minute, k.misses_per_minute,
       k.expires_at, k.revoked_at, s.version
from gateway.key_state s left join gateway.api_key k on k.key_id = %s
"""
"""One key and the version of all keys, read together."""

WHO = f"select s.version, h.* from gateway.key_state s left join ({store_shopper.HITS}) h on true"  # noqa: S608
WHO_ONE = WHO.replace(store_shopper.HITS, store_shopper.ONE_HITS)


def check(cursor: Cursor, key_id: str) -> tuple[Any, ...]:
    """The key's row and the version of all keys; an unknown id gives a row of nulls with the version."""
    cursor.execute(CHECK, (key_id,))
    row = cursor.fetchone()
    assert row is not None
    return tuple(row)


def version(cursor: Cursor) -> int:
    """The version of all keys; it rises whenever one is revoked, rotated or changed."""
    cursor.execute("select version from gateway.key_state")
    row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def who(
    connection: Connection, digests: Sequence[int], caps: Sequence[int], *, now: dt.datetime
) -> tuple[int, list[tuple[Any, ...]]]:
    """The version of all keys, and the hits of these digests: read 1 of an offer query."""
    if len(digests) == 1:
        one = (digests[0], caps[0], now)
        rows = driver.prepared(connection, "gateway_who_one", store_shopper.ONE_TYPES, WHO_ONE, one)
    else:
        many = store_shopper.values(digests, caps, now=now)
        rows = driver.prepared(connection, "gateway_who", store_shopper.TYPES, WHO, many)
    return rows[0][0], [row[1:] for row in rows if row[1] is not None]


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Stores new keys, all or none."""
    connection.execute(insert(api_key), list(rows))


def find(connection: Connection, key_id: str) -> Row[Any] | None:
    """The key with this id, held against changes until the transaction ends."""
    return connection.execute(
        select(api_key).where(api_key.c.key_id == key_id).with_for_update()
    ).one_or_none()


def everything(connection: Connection, *, revoked: bool) -> Sequence[Row[Any]]:
    """All keys without their digests, oldest first; revoked ones only if asked for."""
    columns = [column for column in api_key.c if column.name != "secret_digest"]
    query = select(*columns).order_by(api_key.c.created_at, api_key.c.key_id)
    return connection.execute(query if revoked else query.where(api_key.c.revoked_at.is_(None))).all()


def revoke(connection: Connection, key_id: str, *, now: dt.datetime) -> bool:
    """Ends a key at once; False if there is no live one with this id."""
    return bool(
        connection.execute(
            update(api_key)
            .where(api_key.c.key_id == key_id, api_key.c.revoked_at.is_(None))
            .values(revoked_at=now)
        ).rowcount
    )


def expire(connection: Connection, key_id: str, *, at: dt.datetime) -> None:
    """Lets a key end at a time, unless it ends earlier already."""
    connection.execute(
        update(api_key)
        .where(api_key.c.key_id == key_id)
        .values(expires_at=text("least(coalesce(expires_at, :at), :at)").bindparams(at=at))
    )
