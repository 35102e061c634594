"""What was answered, so that it can be explained and replayed, and what a transaction is pinned to.

Decisions are partitioned by day, because old ones are dropped, never deleted. Both tables are written behind
the answer by `decision_log`; only a reserve or commit waits for its row.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from offers.tables.metadata import metadata

decision = Table(
    "decision",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("store_no", BigInteger),
    # `TransactionKey` in one text; NULL online.
    Column("transaction", Text),
    Column("revision", Integer, nullable=False),
    Column("mode", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("catalogue", BigInteger, nullable=False),
    # The record the shopper showed. Erasing a person erases the inputs of their decisions through it.
    Column("record_no", BigInteger),
    # Compressed JSON: nobody asks within it, and a replay is compared byte for byte.
    Column("inputs", LargeBinary),
    Column("answer", LargeBinary, nullable=False),
    # A partitioned key must hold the partition's column; the id is a UUIDv7, so its time finds the partition.
    PrimaryKeyConstraint("id", "at"),
    Index(None, "record_no", postgresql_where=text("record_no IS NOT NULL")),
    postgresql_partition_by="RANGE (at)",
)

pin = Table(
    "pin",
    metadata,
    # 64 bits of the transaction key's SHA-256.
    Column("transaction_digest", BigInteger, primary_key=True, autoincrement=False),
    Column("price_time", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    postgresql_with={"fillfactor": "60"},
)
