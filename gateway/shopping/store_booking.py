"""A till's commit in one way to the database and back: book, commit, flush.

Its locks are gone before the disk is waited for. The caller's key, and whether anybody is to be told of the
sale, are asked by the booking itself. The answer arrives when everything before it is on disk.
"""

from typing import Any, Final

import psycopg2
from sqlalchemy import Connection

from gateway.database import FLUSH, PUT_OFF_FLUSH, STATEMENT_TIMEOUT_MS
from gateway.webhooks import kinds
from offers.redemptions import store_at_once
from offers.redemptions.at_once import Plan

_MAY: Final = f"""
    EXISTS (SELECT FROM gateway.key_state AS s WHERE s.version = $20)
    AND NOT EXISTS (SELECT FROM gateway.webhook_endpoint AS p
                     WHERE p.enabled AND '{kinds.REDEEMED}' = ANY (p.kinds))
"""  # noqa: S608  (the word is ours)
_PREPARE: Final = f"""
    PREPARE gateway_book ({store_at_once.BOOK_TYPES}, bigint) AS {store_at_once.BOOK.format(may=_MAY)};
    PREPARE gateway_booked (uuid) AS {FLUSH} FROM {store_at_once.BOOKED}
"""
# A till's connection gives up early; whoever waits for a row that all tills want may not.
_TOGETHER: Final = f"""
    BEGIN; {PUT_OFF_FLUSH}; SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS};
    EXECUTE gateway_book ({", ".join(["%s"] * 20)});
    COMMIT;
    EXECUTE gateway_booked (%s)
"""


def book(connection: Connection, plan: Plan, *, key_version: int) -> bool:
    """Whether the plan is booked, and on disk; not, where the version of all keys is another, somebody is to
    be told, or the plan does not hold. On a connection that commits each statement.
    """
    cursor: Any = connection.connection.cursor()
    try:
        if "gateway_book" not in connection.info:
            cursor.execute(_PREPARE)
            connection.info["gateway_book"] = True
        cursor.execute(_TOGETHER, (*store_at_once.values(plan), key_version, str(plan.answer.id)))
        return cursor.fetchone() is not None
    except psycopg2.Error as error:
        if not cursor.connection.closed:
            cursor.execute("ROLLBACK")
        if isinstance(error, psycopg2.errors.CheckViolation):
            return False  # the room that was there is gone
        raise
    finally:
        cursor.close()
