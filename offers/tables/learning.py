"""How far logged decisions have been read, and what was shown how often."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from offers.tables.metadata import metadata

NIL = "00000000-0000-0000-0000-000000000000"

# How far decisions have been read; the row is the reader's lock.
decision_mark = Table(
    "decision_mark",
    metadata,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("'2000-01-01Z'")),
    Column("id", UUID(as_uuid=True), nullable=False, server_default=text(f"'{NIL}'")),
    CheckConstraint("single", name="one_row"),
)

showing = Table(
    "showing",
    metadata,
    # The oldest record of the person, as in `exposure`.
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("sku", Text, primary_key=True),
    # Since it last rested.
    Column("times", Integer, nullable=False),
    # Seconds since 1970, as interests have them; 0 for never.
    Column("last_at_s", BigInteger, nullable=False),
    Column("rested_at_s", BigInteger, nullable=False),
)
