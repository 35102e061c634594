"""Questions that operators ask again and again: each bounded, however large the store."""

from datetime import datetime

from sqlalchemy.engine import Connection

SAMPLED = 20_000
"""About so many profiles are looked at; a smaller store is counted whole."""


def unnumbered(connection: Connection) -> tuple[int, datetime | None]:
    """How many changes have no position yet, and when the oldest of them was made."""
    row = connection.exec_driver_sql(
        "select count(*), min(at) from identity.change where position is null"
    ).one()
    return row[0], row[1]


def open_reviews(connection: Connection) -> int:
    """How many items wait for a steward."""
    found: int = connection.exec_driver_sql(
        "select count(*) from identity.review where state = 'open'"
    ).scalar_one()
    return found


def profile_sizes(connection: Connection) -> dict[int, int]:
    """How many profiles have 1, 2, 3-5, 6-10, 11-20, 21-50 and more records, by the place in that list."""
    rows = connection.exec_driver_sql(
        "with share as ("
        "  select least(100, 100.0 * %s / greatest(reltuples, 1)) as percent"
        "  from pg_class where oid = 'identity.profile'::regclass"
        ") select width_bucket(cardinality(members), array[2, 3, 6, 11, 21, 51]),"
        " (count(*) * 100 / (select percent from share))::int8"
        " from identity.profile tablesample system ((select percent from share)) repeatable (1) group by 1",
        (SAMPLED,),
    )
    return {int(bucket): int(profiles) for bucket, profiles in rows}
