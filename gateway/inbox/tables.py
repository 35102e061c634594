"""Deliveries and events waiting to be worked on, and the shops they come from."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gateway.metadata import metadata

shop = Table(
    "shop",
    metadata,
    Column("shop_no", BigInteger, Identity(always=True), primary_key=True),
    Column("connector", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("connector in ('shopify', 'woocommerce')", name="known_connector"),
    Index(None, "connector", "name"),
    comment="shops whose webhooks are taken; several rows of one shop while its secret is being changed",
)

inbox = Table(
    "inbox",
    metadata,
    Column("inbox_no", BigInteger, Identity(always=True), primary_key=True),
    Column("connector", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("body", LargeBinary),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("part", SmallInteger, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("waits_for", Text),
    Column("trouble", Text),
    UniqueConstraint("source", "delivery"),
    CheckConstraint("state in ('waiting', 'done', 'dead')", name="known_state"),
    CheckConstraint("(body is null) = (state = 'done')", name="done_forgets_the_body"),
    Index("ix_inbox_due", "due_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_inbox_waits_for", "source", "waits_for", postgresql_where=text("waits_for is not null")),
    Index("ix_inbox_old", "received_at", postgresql_where=text("state = 'done'")),
    comment="webhooks as they came, sealed; once worked on, only what recognises a repetition stays",
)

privacy_request = Table(
    "privacy_request",
    metadata,
    Column("request_no", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("record_key", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("done_at", DateTime(timezone=True)),
    UniqueConstraint("source", "record_key", "reference"),
    Index("ix_privacy_request_open", "request_no", postgresql_where=text("done_at is null")),
    comment="what shoppers asked a shop to be told, for a person to hand over; the law gives a month",
)

event_batch = Table(
    "event_batch",
    metadata,
    Column("batch_no", BigInteger, Identity(always=True), primary_key=True),
    Column("source", Text, nullable=False),
    Column("proof", SmallInteger, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True)),
    Column("trouble", Text),
    Index("ix_event_batch_due", "due_at", "batch_no", postgresql_where=text("due_at is not null")),
    comment="messages of large calls, sealed, until they are worked on; without a time: given up",
)
