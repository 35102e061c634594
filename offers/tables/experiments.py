"""Who was dealt which arm of a campaign's experiment, and how far the decisions have been read for it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from offers.tables.metadata import metadata

NIL = "00000000-0000-0000-0000-000000000000"

exposure = Table(
    "exposure",
    metadata,
    Column("campaign", Text, primary_key=True),
    # The oldest record of the person: what lots are drawn on.
    Column("person_no", BigInteger, primary_key=True, autoincrement=False),
    Column("arm", Text, nullable=False),
    # The person's records when she was dealt the arm: whose purchases count.
    Column("records", ARRAY(BigInteger), nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Index(None, "records", postgresql_using="gin"),
)

# How far decisions have been read; the row is the reader's lock.
exposure_mark = Table(
    "exposure_mark",
    metadata,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("'2000-01-01Z'")),
    Column("id", UUID(as_uuid=True), nullable=False, server_default=text(f"'{NIL}'")),
    CheckConstraint("single", name="one_row"),
)
