"""Reads and writes logged decisions, the partitions they lie in, and the pins of transactions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection, text

from offers.decisions.decision_record import (
    UUID_WITH_TIME,
    DecisionRecord,
    Inputs,
    decode_answer,
    decode_inputs,
    encode,
    moment,
)
from offers.store_driver import driver_cursor


class Pin(NamedTuple):
    """What a transaction keeps while its till scans: the instant that prices hold at, the newest revision."""

    price_time: datetime
    revision: int


# One text that the driver need not spell out value by value, nor PostgreSQL parse as a statement.
_ADD = """
    INSERT INTO offers.decision (
        id, at, store_no, transaction, revision, mode, channel, catalogue, record_no, inputs, answer)
    SELECT * FROM json_to_recordset(%s) AS d (
        id uuid, at timestamptz, store_no bigint, transaction text, revision integer, mode text, channel text,
        catalogue bigint, record_no bigint, inputs bytea, answer bytea)
        ON CONFLICT DO NOTHING
"""
# In the order of the key: workers that log the same transaction wait for each other, not in a circle.
_PIN = """
    INSERT INTO offers.pin AS p (transaction_digest, price_time, revision)
    SELECT * FROM json_to_recordset(%s) AS d (
        transaction_digest bigint, price_time timestamptz, revision integer)
     ORDER BY transaction_digest
        ON CONFLICT (transaction_digest) DO UPDATE SET revision = excluded.revision
     WHERE p.revision < excluded.revision
"""


def add(connection: Connection, records: Sequence[DecisionRecord]) -> None:
    """Write decisions in one statement; those already written are left as they are."""
    if records:
        with driver_cursor(connection) as cursor:
            cursor.execute(_ADD, (_rows(records),))


def log(connection: Connection, records: Sequence[DecisionRecord], pins: Mapping[int, Pin]) -> None:
    """Write decisions and keep pins by transaction digest, of which the first price time and the highest
    revision stay; in one message. This transaction's commit does not wait for the disk: a crash may lose its
    last half second.
    """
    kept = msgspec.json.encode(
        [
            {"transaction_digest": digest, "price_time": pin.price_time, "revision": pin.revision}
            for digest, pin in pins.items()
        ]
    ).decode()
    with driver_cursor(connection) as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = off; {_ADD}; {_PIN}", (_rows(records), kept))


_READ = text("""
    SELECT id, at, record_no, inputs, answer
      FROM offers.decision
     WHERE id = :id AND (CAST(:at AS timestamptz) IS NULL OR at = :at)
""")


def read(connection: Connection, decision_id: UUID) -> DecisionRecord | None:
    """The decision, with its inputs; None when it is not known or its inputs were erased."""
    at = (
        moment(decision_id, datetime.min.replace(tzinfo=UTC))
        if decision_id.version == UUID_WITH_TIME
        else None
    )
    row = connection.execute(_READ, {"id": decision_id, "at": at}).one_or_none()
    if row is None or row.inputs is None:
        return None
    return DecisionRecord(
        id=row.id,
        at=row.at,
        inputs=decode_inputs(row.inputs),
        answer=decode_answer(row.answer),
        record_no=row.record_no,
    )


def exists(connection: Connection, decision_id: UUID) -> bool:
    """Whether the decision is known, with or without its inputs."""
    found = connection.execute(text("SELECT FROM offers.decision WHERE id = :id"), {"id": decision_id})
    return found.first() is not None


_OF_DAY = text("""
    SELECT inputs FROM (
        SELECT DISTINCT ON (transaction) transaction, inputs
          FROM offers.decision
         WHERE at >= :since AND at < :until AND transaction IS NOT NULL AND inputs IS NOT NULL
         ORDER BY transaction, revision DESC
    ) AS last
     LIMIT :limit
""")


def last_of_transactions(
    connection: Connection, since: datetime, until: datetime, *, limit: int
) -> Iterator[Inputs]:
    """What the last decision of each transaction of a time was made from."""
    for row in connection.execute(_OF_DAY, {"since": since, "until": until, "limit": limit}):
        yield decode_inputs(bytes(row.inputs))


def erase_inputs(connection: Connection, record_nos: Iterable[int]) -> int:
    """Forget what decisions about these records were made from; return how many there were."""
    done = connection.execute(
        text("""
            UPDATE offers.decision SET inputs = NULL, record_no = NULL
             WHERE record_no = ANY (CAST(:records AS bigint[]))
        """),
        {"records": list(record_nos)},
    )
    return done.rowcount


def make_days(connection: Connection, first: date, days: int) -> int:
    """Make the partitions of so many days from `first` on that are not there yet; return how many."""
    made = 0
    for offset in range(days):
        day = first + timedelta(days=offset)
        if not connection.execute(text("SELECT to_regclass(:name)"), {"name": _partition(day)}).scalar():
            connection.execute(
                text(
                    f"CREATE TABLE {_partition(day)} PARTITION OF offers.decision"
                    f" FOR VALUES FROM ('{day.isoformat()} 00:00+00')"
                    f" TO ('{(day + timedelta(days=1)).isoformat()} 00:00+00')"
                )
            )
            made += 1
    return made


def days(connection: Connection) -> list[date]:
    """The days that have a partition, oldest first."""
    names = connection.scalars(
        text("""
            SELECT relname FROM pg_catalog.pg_class
             WHERE relnamespace = 'offers'::regnamespace AND relkind = 'r' AND relname ~ '^decision_[0-9]{8}$'
             ORDER BY relname
        """)
    )
    return [datetime.strptime(name, "decision_%Y%m%d").replace(tzinfo=UTC).date() for name in names]


def drop_day(connection: Connection, day: date) -> None:
    """Drop a day's decisions."""
    connection.execute(text(f"DROP TABLE {_partition(day)}"))


def claim_keeping(connection: Connection) -> bool:
    """Whether this transaction is the one that keeps the days; another that is at it just now keeps it."""
    return bool(
        connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _KEEPING}).scalar()
    )


_KEEPING = 0x6F6665_64617973


def delete_strays(connection: Connection, before: datetime, *, most: int) -> int:
    """Delete old decisions of days that had no partition; return how many."""
    done = connection.execute(
        text("""
            DELETE FROM offers.decision_default
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM offers.decision_default WHERE at < :before LIMIT :most))
        """),
        {"before": before, "most": most},
    )
    return done.rowcount


def forget_pins(connection: Connection, before: datetime) -> int:
    """Delete the pins of transactions that began before; return how many there were."""
    done = connection.execute(text("DELETE FROM offers.pin WHERE price_time < :before"), {"before": before})
    return done.rowcount


def _partition(day: date) -> str:
    return f"offers.decision_{day:%Y%m%d}"


def _rows(records: Iterable[DecisionRecord]) -> str:
    return msgspec.json.encode(list(map(_row, records))).decode()


def _row(record: DecisionRecord) -> dict[str, object]:
    query = record.inputs.query
    return {
        "id": record.id,
        "at": record.at,
        "store_no": query.place.store_no,
        "transaction": record.transaction,
        "revision": query.revision,
        "mode": query.mode,
        "channel": query.channel,
        "catalogue": record.answer.catalogue,
        "record_no": record.record_no,
        "inputs": _bytea(encode(record.inputs)),
        "answer": _bytea(encode(record.answer)),
    }


def _bytea(content: bytes) -> str:
    """Bytes as PostgreSQL writes them."""
    return "\\x" + content.hex()
