"""Who was dealt which arm of a campaign's experiment."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from offers.tables.metadata import metadata

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
