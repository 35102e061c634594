"""The one row that tells every process which catalogue and assortment are current, and what is stopped."""

from sqlalchemy import Connection, text

_LOCK_ASSORTMENT = text("SELECT assortment_version FROM offers.catalogue WHERE single FOR NO KEY UPDATE")
_SET_ASSORTMENT = text("UPDATE offers.catalogue SET assortment_version = :version WHERE single")
_RAISE = text("UPDATE offers.catalogue SET version = version + 1 WHERE single RETURNING version")
_VERSION = text("SELECT version FROM offers.catalogue WHERE single")
_FOLD_STOPS = text("""
    UPDATE offers.catalogue AS c
       SET version = version + 1,
           stopped_all = EXISTS (SELECT FROM offers.stop WHERE scope = 'all' AND lifted_at IS NULL),
           stopped_stores = ARRAY(SELECT subject FROM offers.stop
                                   WHERE scope = 'store' AND lifted_at IS NULL ORDER BY subject),
           stopped_campaigns = ARRAY(SELECT subject FROM offers.stop
                                      WHERE scope = 'campaign' AND lifted_at IS NULL ORDER BY subject)
     WHERE c.single
    RETURNING version
""")


def lock_assortment(connection: Connection) -> int:
    """The assortment's version, locked until the end: changes of products and stores take turns.

    So versions commit in order, and a process that knows version n finds every later change above n.
    """
    return int(connection.execute(_LOCK_ASSORTMENT).scalar_one())


def set_assortment(connection: Connection, version: int) -> None:
    """Make a version of the assortment current. Call `lock_assortment` first."""
    connection.execute(_SET_ASSORTMENT, {"version": version})


def raise_version(connection: Connection) -> int:
    """Tell all processes that campaigns have changed; return the new catalogue version."""
    return int(connection.execute(_RAISE).scalar_one())


def version(connection: Connection) -> int:
    """The current catalogue version."""
    return int(connection.execute(_VERSION).scalar_one())


def lock(connection: Connection) -> None:
    """Let changes of stops take turns, so that the fold sees all of them."""
    lock_assortment(connection)


def fold_stops(connection: Connection) -> int:
    """Carry the standing stops into the row that every query reads; return the new catalogue version."""
    return int(connection.execute(_FOLD_STOPS).scalar_one())
