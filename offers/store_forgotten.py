"""Keeps which records were forgotten a moment ago."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, text

from offers.store_driver import array

_ADD = text("""
    INSERT INTO offers.forgotten (record_no, again_at)
    SELECT record_no, :again_at FROM unnest(CAST(:records AS bigint[])) AS record_no ORDER BY record_no
        ON CONFLICT (record_no) DO UPDATE SET again_at = excluded.again_at
""")


def add(connection: Connection, record_nos: Iterable[int], *, again_at: datetime) -> None:
    """Keep these records until then."""
    connection.execute(_ADD, {"records": array(record_nos), "again_at": again_at})


_TAKE = text("""
    DELETE FROM offers.forgotten WHERE record_no IN (
        SELECT record_no FROM offers.forgotten WHERE again_at <= :now
         ORDER BY again_at LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING record_no
""")


def take(connection: Connection, *, now: datetime, most: int) -> list[int]:
    """Records whose time has come; they are kept no longer."""
    return list(connection.scalars(_TAKE, {"now": now, "most": most}))
