"""Sales, returns and voids as the tills report them: written once, never changed."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from offers.tables.metadata import metadata
from offers.tables.shop import store

till_transaction = Table(
    "till_transaction",
    metadata,
    Column("transaction_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), nullable=False),
    Column("terminal", Text, nullable=False),
    Column("business_day", Date, nullable=False),
    Column("number", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # As the till's clock said, and as corrected by the clock difference it showed.
    Column("stated_at", DateTime(timezone=True), nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("currency", Text, nullable=False),
    # Lines as they were sold. One immutable document, because it is always read whole.
    Column("lines", JSON, nullable=False),
    Column("tenders", JSON, nullable=False),
    Column("applied", JSON, nullable=False),
    # The record the shopper showed, if any.
    Column("record_no", BigInteger),
    Column("redemption_no", BigInteger),
    Column("flags", ARRAY(Text), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("answer", JSON, nullable=False),
    UniqueConstraint("store_no", "terminal", "business_day", "number", "kind"),
    UniqueConstraint("id"),
    CheckConstraint("kind IN ('sale', 'return', 'void')", name="kind"),
    # The day's report.
    Index(None, "business_day", "store_no"),
    # What a person bought, for herself and for experiments.
    Index(None, "record_no", postgresql_where=text("record_no IS NOT NULL")),
)
