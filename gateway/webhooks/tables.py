"""Who is told, and what is on its way."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.metadata import metadata

webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    Column("endpoint_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("url", Text, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("former_secret", LargeBinary),
    Column("former_until", DateTime(timezone=True)),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("id"),
    CheckConstraint("cardinality(kinds) > 0", name="is_told_something"),
    comment="addresses that are told what happens; secrets are sealed",
)

webhook_message = Table(
    "webhook_message",
    metadata,
    Column("message_no", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "endpoint_no",
        BigInteger,
        ForeignKey(webhook_endpoint.c.endpoint_no, ondelete="CASCADE"),
        nullable=False,
    ),
    Column("event", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subjects", ARRAY(Uuid), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("trouble", Text),
    UniqueConstraint("endpoint_no", "event"),
    CheckConstraint("state in ('waiting', 'delivered', 'dead')", name="known_state"),
    Index("ix_webhook_message_due", "due_at", postgresql_where=text("state = 'waiting'")),
    Index(
        "ix_webhook_message_waiting", "endpoint_no", "message_no", postgresql_where=text("state = 'waiting'")
    ),
    Index("ix_webhook_message_old", "created_at", postgresql_where=text("state <> 'waiting'")),
    comment="what is on its way, what was taken, and what nobody took",
)

webhook_reach = Table(
    "webhook_reach",
    metadata,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("position", BigInteger, nullable=False, server_default=text("0")),
    Column("review_no", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint('"only"', name="one_row"),
    comment="how far the change feed and the reviews have been told",
)
