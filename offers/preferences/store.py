"""Reads and writes preferences. Whoever changes them holds the records' lists of wants, which say that there
are any.
"""

from collections.abc import Sequence

from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from offers.preferences.rules import Statement
from offers.store_driver import driver_cursor

MOST_TAKEN_BACK = 200

_READ = text("""
    SELECT kind, subject, stated_at_s, until_s, holds
      FROM offers.preference WHERE record_no = ANY (CAST(:records AS bigint[]))
""")
_NOTE = text("""
    UPDATE offers.wants SET has_preferences = true
     WHERE record_no = ANY (CAST(:records AS bigint[])) AND NOT has_preferences
""")
_FORGET_TAKEN_BACK = text("""
    DELETE FROM offers.preference AS p
     USING (SELECT record_no, kind, subject, row_number() OVER newest_first AS place
              FROM offers.preference
             WHERE record_no = ANY (CAST(:records AS bigint[])) AND NOT holds
            WINDOW newest_first AS (PARTITION BY record_no ORDER BY stated_at_s DESC, kind, subject)) AS old
     WHERE (p.record_no, p.kind, p.subject) = (old.record_no, old.kind, old.subject) AND old.place > :most
""")
_FORGET = text("DELETE FROM offers.preference WHERE record_no = ANY (CAST(:records AS bigint[]))")
_SAVE = """
    INSERT INTO offers.preference AS p (record_no, kind, subject, stated_at_s, until_s, holds)
    VALUES %s
        ON CONFLICT (record_no, kind, subject) DO UPDATE
       SET stated_at_s = excluded.stated_at_s, until_s = excluded.until_s, holds = excluded.holds
     WHERE p.stated_at_s <= excluded.stated_at_s
"""


def read(connection: Connection, records: Sequence[int]) -> list[Statement]:
    """All that these records say."""
    rows = connection.execute(_READ, {"records": list(records)})
    return [Statement(*row) for row in rows]


def save(connection: Connection, records: Sequence[int], said: Sequence[Statement]) -> None:
    """Make these records, whose lists are locked, say this. Of what was taken back the newest is kept."""
    rows = [(record_no, *one) for record_no in records for one in said]
    if not rows:
        return
    with driver_cursor(connection) as cursor:
        execute_values(cursor, _SAVE, rows, page_size=len(rows))
    connection.execute(_NOTE, {"records": list(records)})
    connection.execute(_FORGET_TAKEN_BACK, {"records": list(records), "most": MOST_TAKEN_BACK})


def forget(connection: Connection, records: Sequence[int]) -> None:
    """Delete what these records said."""
    connection.execute(_FORGET, {"records": list(records)})
