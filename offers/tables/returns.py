"""What was brought back of a redeemed sale, and what was paid for it: written once, never changed. What
came back before its sale waits for it.
"""

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
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from offers.tables.ledger import redemption
from offers.tables.metadata import metadata
from offers.tables.shop import store
from offers.tables.transactions import till_transaction

sale_return = Table(
    "sale_return",
    metadata,
    Column("return_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", UUID(as_uuid=True), nullable=False),
    # The sale that the goods come from.
    Column("redemption_no", BigInteger, ForeignKey(redemption.c.redemption_no), nullable=False),
    # The transaction that brought them back: with the sale its natural key.
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), nullable=False),
    Column("terminal", Text, nullable=False),
    Column("business_day", Date, nullable=False),
    Column("number", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("answer", JSON, nullable=False),
    UniqueConstraint("id"),
    UniqueConstraint("redemption_no", "store_no", "terminal", "business_day", "number"),
    # A receipt is looked up by its own number, too: for a void, and for the day's report.
    Index(None, "store_no", "business_day", "terminal", "number"),
    CheckConstraint("policy IN ('clawback', 'prorated')", name="policy"),
)

return_line = Table(
    "return_line",
    metadata,
    Column("return_no", BigInteger, ForeignKey(sale_return.c.return_no), primary_key=True),
    # The line of the sale.
    Column("line", Text, primary_key=True),
    Column("quantity_milli", BigInteger, nullable=False),
    # What the policy says, NULL where nobody knows what was paid; and what the till paid out.
    Column("due_minor", BigInteger),
    Column("refunded_minor", BigInteger, nullable=False),
    CheckConstraint("quantity_milli > 0", name="quantity"),
    CheckConstraint("due_minor >= 0 AND refunded_minor >= 0", name="amounts"),
)

# Deleted when the sale has come and the return is booked.
waiting_return = Table(
    "waiting_return",
    metadata,
    Column("transaction_no", BigInteger, ForeignKey(till_transaction.c.transaction_no), primary_key=True),
    # The sale that the goods come from.
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), primary_key=True),
    Column("terminal", Text, primary_key=True),
    Column("business_day", Date, primary_key=True),
    Column("number", Text, primary_key=True),
)
