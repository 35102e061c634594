"""SQL of what was said last: an older word about something, coming later, does not undo a newer one."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, text


def spoken_of(connection: Connection, source: str, subjects: Collection[str]) -> set[str]:
    """Those of the subjects about which a source said anything before."""
    rows = connection.execute(
        text("SELECT subject FROM gateway.newest WHERE source = :source AND subject = ANY (:subjects)"),
        {"source": source, "subjects": list(subjects)},
    )
    return set(rows.scalars())


def not_older(connection: Connection, source: str, subjects: Collection[str], *, at: dt.datetime) -> set[str]:
    """Those of the subjects about which a source said nothing newer before; remembers that it said this."""
    rows = connection.execute(
        text("""
            INSERT INTO gateway.newest AS n (source, subject, at)
            SELECT :source, subject, :at FROM unnest(CAST(:subjects AS text[])) AS subject
                ON CONFLICT (source, subject) DO UPDATE SET at = excluded.at WHERE n.at <= excluded.at
            RETURNING subject
        """),
        {"source": source, "subjects": sorted(set(subjects)), "at": at},
    )
    return set(rows.scalars())
