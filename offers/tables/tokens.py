"""Offers to take along: what the QR codes of a kiosk stand for. The code itself is never stored."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from offers.tables.metadata import metadata
from offers.tables.shop import store

offer_token = Table(
    "offer_token",
    metadata,
    # SHA-256 of 128 random bits: whoever reads the table cannot make a code from it.
    Column("token_digest", LargeBinary, primary_key=True),
    Column("campaign", Text, nullable=False),
    # The wanted product the offer is about; NULL where the campaign is about no single one.
    Column("sku", Text),
    # Whose offer it is: the profile to ask identity for, and its record by which erasure finds the token.
    # Both belong to identity; no foreign key crosses the two domains.
    Column("profile_id", UUID(as_uuid=True), nullable=False),
    Column("record_no", BigInteger, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    # The transaction at whose till it was last shown.
    Column("claimed_store_no", BigInteger, ForeignKey(store.c.store_no)),
    Column("claimed_terminal", Text),
    Column("claimed_day", Date),
    Column("claimed_number", Text),
    Column("claimed_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(token_digest) = 32", name="token_digest"),
    CheckConstraint("expires_at > issued_at", name="expires_at"),
    CheckConstraint(
        "num_nulls(claimed_store_no, claimed_terminal, claimed_day, claimed_number, claimed_at) IN (0, 5)",
        name="claimed",
    ),
    Index(None, "record_no", "issued_at"),
)
