"""Records that were forgotten a moment ago, and when to look once more."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table

from offers.tables.metadata import metadata

forgotten = Table(
    "forgotten",
    metadata,
    Column("record_no", BigInteger, primary_key=True, autoincrement=False),
    Column("again_at", DateTime(timezone=True), nullable=False),
    Index(None, "again_at"),
)
