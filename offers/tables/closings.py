"""What tills say at the end of the day: the newest word of each counts."""

from sqlalchemy import JSON, BigInteger, Column, Date, DateTime, ForeignKey, Table, Text

from offers.tables.metadata import metadata
from offers.tables.shop import store

closing = Table(
    "closing",
    metadata,
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), primary_key=True),
    Column("business_day", Date, primary_key=True),
    Column("terminal", Text, primary_key=True),
    # Offer to minor units given, cancelled sales left out.
    Column("given", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
