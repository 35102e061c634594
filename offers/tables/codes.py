"""Codes that open campaigns. A code itself is never stored: only a digest that no code can be made from."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID

from offers.tables.campaigns import campaign
from offers.tables.metadata import metadata
from offers.tables.shop import store

code_batch = Table(
    "code_batch",
    metadata,
    Column("batch_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("campaign_no", BigInteger, ForeignKey(campaign.c.campaign_no), nullable=False),
    # How many transactions may use one code; NULL: as many as the campaign's own limits allow.
    Column("uses_most", Integer),
    Column("codes", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("author", Text, nullable=False),
    Column("note", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("id"),
    CheckConstraint("uses_most > 0", name="uses_most"),
)

# Narrow, because there are millions. No foreign key: filling it would look up every batch a million times.
code = Table(
    "code",
    metadata,
    Column("digest", UUID(as_uuid=True), primary_key=True),
    Column("batch_no", BigInteger, nullable=False),
)

# The transactions that claim a code whose uses are counted. What became of their redemptions decides whether
# it is used up, so a voided sale gives it back.
code_claim = Table(
    "code_claim",
    metadata,
    Column("digest", UUID(as_uuid=True), primary_key=True),
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), primary_key=True),
    Column("terminal", Text, primary_key=True),
    Column("business_day", Date, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
)

# Coupons a shopper clipped: they open a campaign for the person, without any code.
clip = Table(
    "clip",
    metadata,
    Column("record_no", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign_no", BigInteger, ForeignKey(campaign.c.campaign_no), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
