"""First answers, kept."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, LargeBinary, SmallInteger, Table, Text

from gateway.metadata import metadata

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_is_sha256"),
    Index(None, "answered_at"),
    comment="first answers of calls with an Idempotency-Key, written with the work itself; kept for a week",
)
